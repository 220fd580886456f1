/*
 * limit - one party of `scripts/bench limit`: its line of samples.
 *
 *     node limit.mjs octokit-1 15 7 1      PARTY SPEED MINUTES SEED; a party or saturation
 *
 * The dashboard: 50 clients (five of them critical) ask for 40 repositories each 30 s, four at a
 * time, and 2 % of the repositories change a minute. A run is the first MINUTES of GitHub's hour.
 */
import { isAnswered, printLine, quantile, refusalsOf, waitsS, withLab } from "./lab.mjs";

const LIMIT = 5000;
const CLIENTS = 50, CRITICAL = 5, EVERY_S = 30;
const CHANGES_A_MINUTE = 0.02 * 40;

const whole = ["metrics", "cache", "ratelimit"];
const halfOpaque = async (lab) => {
	for (const repo of lab.repos.filter((_, i) => i % 2))
		await lab.hub.github("etag", { route: `/repos/${repo}`, mode: "opaque" });
};
const noTags = (lab) => lab.hub.github("etag", { route: "*", mode: "none" });
/* Half as many points a minute as there are repositories, and no header tells of it. */
const hidden = (lab) => lab.hub.github("hidden",
	{ route: "/repos/*", method: "GET", points: 20 });

/* Tokens of 50 users, one a client. */
const ownToken = (id) => `ghp_${`dashboard${id}`.padEnd(36, "0")}`;
const noModel = ["metrics", { use: "cache", etag_model: "false" }, "ratelimit"];

const parties = {
	"octokit-1": { kind: "octokit", through: "github", processes: 1 },
	"octokit-3": { kind: "octokit", through: "github", processes: 3 },
	"plain": { kind: "plain", through: "github", processes: 1 },
	"hubgate": { kind: "bare", through: "hubgate", processes: 3, plugins: whole },
	"hubgate-half-opaque": { kind: "bare", through: "hubgate", processes: 3, plugins: whole,
		prepare: halfOpaque },
	"hubgate-no-tags": { kind: "bare", through: "hubgate", processes: 3, plugins: whole,
		prepare: noTags },
	"hubgate-own-tokens": { kind: "bare", through: "hubgate", processes: 3, plugins: whole,
		tokens: CLIENTS },
	"hubgate-own-tokens-no-model": { kind: "bare", through: "hubgate", processes: 3,
		plugins: noModel, tokens: CLIENTS },
	"hubgate-hidden": { kind: "bare", through: "hubgate", processes: 3, plugins: whole,
		prepare: hidden },
	"hubgate-proven": { kind: "bare", through: "hubgate", processes: 3,
		plugins: ["metrics", { use: "cache", ttl_repositories: "0" }, "ratelimit"] },
	"hubgate-no-cache": { kind: "bare", through: "hubgate", processes: 3,
		plugins: ["metrics", "ratelimit"] },
};

/* -- the dashboard ----------------------------------------------------------------------------- */

function dashboards(repos, { processes, tokens }) {
	const groups = Array.from({ length: processes }, () => []);
	for (let id = 0; id < CLIENTS; id++) {
		const isCritical = id % (CLIENTS / CRITICAL) === 0;
		groups[id % processes].push({ id, everyS: EVERY_S, lanes: 4,
			offsetS: id * EVERY_S / CLIENTS,
			paths: repos.map((repo) => `/repos/${repo}`),
			headers: { ...isCritical && { "x-hubgate-priority": "critical" },
				...tokens && { authorization: `Bearer ${ownToken(id)}` } } });
	}
	return groups;
}

const isCritical = (read) => read.client % (CLIENTS / CRITICAL) === 0;

/* How long before a read began its answer had been true for the last time: 0 when it still was.
 * Stars tell the state of a repository: each change adds one. */
function agesS(run, lab) {
	const reads = new Map(lab.repos.map((repo) => [repo, []]));
	for (const read of run.reads.filter(isAnswered))
		reads.get(lab.repos[read.path]).push(read);
	return [...reads].flatMap(([repo, those]) => {
		const first = Math.min(...those.map((read) => read.stars));
		const changes = lab.changes.filter((change) => change.repo === repo);
		return those.map((read) => {
			const next = changes[read.stars - first];
			return next?.atMs < read.beganMs ? (read.beganMs - next.atMs) / 1000 : 0;
		});
	});
}

/* The samples, in the order of limit.sh's columns. */
function samplesOf(run, { minutes, tokens = 1 }, isUrgent, ageP99S, usedShare) {
	const answered = run.reads.filter(isAnswered).length;
	const points = run.stats.points.core ?? 0;
	const waits = waitsS(run, isUrgent);
	/* Who spends all that there is before the hour ends gets no more. */
	const lasts = Math.max(1, Math.min(60 / minutes, LIMIT * tokens / points));
	return [run.reads.length, answered, answered * lasts, points, answered / points,
		points / run.stats.distinct_answers, ...refusalsOf(run), quantile(waits, 0.5),
		quantile(waits, 0.99), ageP99S, usedShare, run.offMs];
}

async function dashboard(name, { speed, minutes, seed }) {
	const party = parties[name];
	const how = { speed, minutes, limit: LIMIT, plugins: party.plugins };
	return withLab(how, async (lab) => {
		const run = await lab.run({ ...party, seed, changeEveryS: 60 / CHANGES_A_MINUTE,
			groups: dashboards(lab.repos, party) });
		const age = quantile(agesS(run, lab), 0.99);
		return samplesOf(run, { minutes, ...party }, isCritical, age, NaN);
	});
}

/* -- saturation -------------------------------------------------------------------------------- */

const LOW = 20, URGENT = 2, RESERVE_OF_LOW = 0.3;
const SATURATING = ["/repos/octo-org/hello-world?n={N}"];
const isLow = (read) => read.client < LOW;
const isUrgent = (read) => read.client >= LOW;

function saturating() {
	const low = Array.from({ length: LOW }, (_, id) => ({ id, everyS: 0, paths: SATURATING,
		headers: { "x-hubgate-priority": "low" } }));
	const urgent = Array.from({ length: URGENT }, (_, i) => ({ id: LOW + i, everyS: 20,
		offsetS: 10 * i, paths: SATURATING,
		headers: { "x-hubgate-priority": "critical" } }));
	return [...low, ...urgent];
}

/* Class low asks for more than there is, each time for something new, and two critical clients ask
 * now and then. What low may have: all but its reserve and what the others took until its last.
 * It takes the whole hour to see. */
async function saturation({ speed }) {
	const minutes = 60;
	const how = { speed, minutes, limit: LIMIT, plugins: ["metrics", "ratelimit"] };
	return withLab(how, async (lab) => {
		const run = await lab.run({ kind: "bare", through: "hubgate",
			groups: [saturating()] });
		const answered = run.reads.filter(isAnswered);
		const low = answered.filter(isLow);
		const lastMs = Math.max(...low.map((read) => read.overMs));
		const others = answered.filter((read) => isUrgent(read) && read.overMs <= lastMs);
		const used = low.length / (LIMIT * (1 - RESERVE_OF_LOW) - others.length);
		return samplesOf(run, { minutes }, isUrgent, NaN, used);
	});
}

const [name, speed, minutes, seed] = process.argv.slice(2);
const how = { speed: Number(speed), minutes: Number(minutes), seed: Number(seed) };
printLine(await (name === "saturation" ? saturation(how) : dashboard(name, how)));
