/*
 * fairness - one party of `scripts/bench fairness`: its line of samples.
 *
 *     node fairness.mjs hubgate 15 7 1      PARTY SPEED MINUTES SEED
 *
 * Four clients share one token of GitHub's, all in one class: three always have 4, 16 and 64 reads
 * under way, the modest one asks once each 10 s. No two reads are equal and nothing is cached, so
 * each costs a point, and there are far fewer points than they want. As octokit processes they
 * share nothing but the token; through hubgate each has a key.
 *
 * What is fair is max-min: the modest one gets all it asks for, the others an equal part of what
 * is left. Jain's index is taken over answered reads by that part: (sum x)^2 / (n sum x^2), 1 when
 * all got theirs, 1/4 when one got everything.
 */
import { execFileSync } from "node:child_process";
import { isAnswered, printLine, quantile, refusalsOf, waitsS, withLab } from "./lab.mjs";

const LIMIT = 5000;
const PATHS = ["/repos/octo-org/hello-world?n={N}"];
const MODEST_EVERY_S = 10;
const clients = [{ name: "modest", everyS: MODEST_EVERY_S, lanes: 1 },
	{ name: "greedy-4", everyS: 0, lanes: 4 }, { name: "greedy-16", everyS: 0, lanes: 16 },
	{ name: "greedy-64", everyS: 0, lanes: 64 }];

/* { key, hash }: what `hubgate key new` prints. */
function newKey(name) {
	const text = execFileSync(process.env.HUBGATE, ["key", "new", name],
		{ encoding: "utf8" });
	return { key: text.split("\n")[0], hash: text.match(/key_hash: "(.*)"/)[1] };
}

/* A process each; who is greedy is as many loops of one read. */
function groupsOf(headersOf) {
	return clients.map(({ name, everyS, lanes }, id) =>
		Array.from({ length: lanes }, (_, lane) => ({ id, tag: `${id}.${lane}`, everyS,
			paths: PATHS, headers: headersOf(name) })));
}

function jain(values) {
	const sum = values.reduce((a, b) => a + b);
	return sum ** 2 / (values.length * values.reduce((a, b) => a + b ** 2, 0));
}

function partsOf(answered, minutes) {
	const all = answered.reduce((a, b) => a + b);
	const modest = Math.min(minutes * 60 / MODEST_EVERY_S, all / answered.length);
	const left = all - modest;
	return answered.map((n, id) => n / (id === 0 ? modest : left / (answered.length - 1)));
}

const parties = {
	"octokit-4": { kind: "octokit", through: "github" },
	"hubgate": { kind: "bare", through: "hubgate" },
};
const [name, ...numbers] = process.argv.slice(2);
const [speed, minutes] = numbers.map(Number);
const keys = Object.fromEntries(clients.map(({ name }) => [name, newKey(name)]));
const how = { speed, minutes, limit: LIMIT,
	plugins: ["metrics", "ratelimit"],
	config: { clients: clients.map((client) => ({ name: client.name,
		key_hash: keys[client.name].hash })) } };

printLine(await withLab(how, async (lab) => {
	const party = parties[name];
	const headersOf = (client) => ({ authorization: `Bearer ${keys[client].key}` });
	const run = await lab.run({ ...party,
		groups: groupsOf(party.through === "hubgate" ? headersOf : () => ({})) });
	const answered = clients.map((_, id) =>
		run.reads.filter((read) => read.client === id && isAnswered(read)).length);
	const waits = waitsS(run, (read) => read.client === 0);
	return [...answered, jain(partsOf(answered, minutes)), quantile(waits, 0.5),
		quantile(waits, 0.99), run.stats.points.core ?? 0, ...refusalsOf(run), run.offMs];
}));
