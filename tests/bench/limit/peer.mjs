/*
 * peer - clients of GitHub in one process, as a company has them: octokit with its plugins for
 * throttling and retry, octokit bare, or a plain fetch with backoff.
 *
 *     node peer.mjs '{"kind":"octokit","base":"http://127.0.0.1:4000","token":"ghp_…",…}'
 *
 * It runs under libfaketime: Date, performance and timers are GitHub's time, not the machine's.
 * Says "ready" and how far its clock is from GitHub's, waits for the moment to begin on stdin, and
 * at the end writes what became of each read to `out`, six float64 a read:
 *
 *     client, path (its number), begun ms, over ms (NaN: still waited for), status (0: none), stars
 *
 * A client asks for all its paths each `everyS`, `lanes` at a time; when a round takes longer, the
 * next one begins late and none is made up for. everyS 0: the next round begins at once.
 */
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

const BACKOFF_MOST_S = 60;
const TRIES = 5;

/* What is installed in tests/clients; that is where the process runs. */
const installed = createRequire(`${process.cwd()}/package.json`);
const how = JSON.parse(process.argv[2]);
const reads = [];
let endMs = Infinity;

/* -- ways to ask: (path, headers) -> { status, stars, retryAfterS } ---------------------------- */

const starsOf = (body) => body?.stargazers_count ?? 0;

function answerOf(promise) {
	const failed = (error) => ({ status: error.status ?? 0, stars: 0,
		retryAfterS: Number(error.response?.headers["retry-after"]) || 0 });
	return promise.then(({ status, data }) => ({ status, stars: starsOf(data) }), failed);
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/* The handlers say yes always: octokit waits as long as it takes. */
function octokitWithPlugins() {
	const { Octokit } = installed("@octokit/rest");
	const { throttling } = installed("@octokit/plugin-throttling");
	const { retry } = installed("@octokit/plugin-retry");
	const octokit = new (Octokit.plugin(throttling, retry))({ baseUrl: how.base,
		auth: how.token, log: silent,
		throttle: { onRateLimit: () => true, onSecondaryRateLimit: () => true } });
	return (path, headers) => answerOf(octokit.request(`GET ${path}`, { headers }));
}

function octokitBare() {
	const { Octokit } = installed("@octokit/rest");
	const octokit = new Octokit({ baseUrl: how.base, log: silent });
	return (path, headers) => answerOf(octokit.request(`GET ${path}`, { headers }));
}

/* Retry-After when GitHub says one, else 1 s, doubled, with full jitter. */
function plainFetch() {
	const fields = { authorization: `Bearer ${how.token}`, "user-agent": "plain",
		accept: "application/vnd.github+json" };
	const once = async (path, headers) => {
		try {
			const reply = await fetch(how.base + path,
				{ headers: { ...fields, ...headers } });
			const text = await reply.text();
			return { status: reply.status,
				retryAfterS: Number(reply.headers.get("retry-after")),
				stars: reply.ok ? starsOf(JSON.parse(text)) : 0 };
		} catch {
			return { status: 0, stars: 0 };
		}
	};
	return async (path, headers) => {
		for (let tried = 1; ; tried++) {
			const answer = await once(path, headers);
			const { status } = answer;
			const passes = [0, 403, 429].includes(status) || status >= 500;
			if (!passes || tried === TRIES)
				return answer;
			const most = Math.min(2 ** (tried - 1), BACKOFF_MOST_S);
			await pause(1000 * (answer.retryAfterS || most * Math.random()));
		}
	};
}

const ways = { octokit: octokitWithPlugins, bare: octokitBare, plain: plainFetch };

/* -- clients ----------------------------------------------------------------------------------- */

/* "{N}" in a path is something else each time, so that no two reads are equal. */
async function readOnce(ask, client, path, round) {
	const read = [client.id, path, Date.now(), NaN, 0, 0];
	reads.push(read);
	const target = client.paths[path].replace("{N}", `${client.tag ?? client.id}-${round}`);
	const { status, stars, retryAfterS } = await ask(target, client.headers ?? {});
	read.splice(3, 3, Date.now(), status, stars);
	if (status !== 200 && !client.everyS) /* who would ask again at once waits as told */
		await pause(1000 * (retryAfterS || 1));
}

async function runRound(ask, client, round) {
	let next = 0;
	const lane = async () => {
		while (next < client.paths.length && Date.now() < endMs)
			await readOnce(ask, client, next++, round);
	};
	await Promise.all(Array.from({ length: client.lanes ?? 1 }, lane));
}

async function runClient(ask, client, beginMs) {
	let tick = beginMs + 1000 * (client.offsetS ?? 0);
	for (let round = 0; ; round++) {
		await pause(Math.max(0, tick - Date.now()));
		if (Date.now() >= endMs)
			return;
		await runRound(ask, client, round);
		tick = Math.max(tick + 1000 * client.everyS, Date.now());
	}
}

/* -- the clock --------------------------------------------------------------------------------- */

/* GitHub's Date has whole seconds: at the moment at which one begins it is exact. */
async function clockOffMs() {
	const dateOf = async () => {
		const reply = await fetch(`${how.github}/_sim/state`);
		await reply.text();
		return Date.parse(reply.headers.get("date"));
	};
	const first = await dateOf();
	for (;;) {
		const askedMs = Date.now();
		const date = await dateOf();
		if (date !== first)
			return Math.round((askedMs + Date.now()) / 2 - date);
	}
}

/* Timers, Date, performance and a fetch's time-out over a minute of this process; how long it was
 * for the machine is for who reads the two lines. */
async function calibrate() {
	console.log("begin");
	const date = Date.now(), began = performance.now();
	await pause(60_000);
	console.log("end", JSON.stringify({ dateMs: Date.now() - date,
		performanceMs: Math.round(performance.now() - began) }));
	const aborted = Date.now();
	await fetch(`${how.github}/zen`, { signal: AbortSignal.timeout(10_000),
		headers: { "user-agent": "calibrate" } }).catch(() => {});
	console.log("timeout", Date.now() - aborted);
}

async function main() {
	if (how.kind === "calibrate")
		return calibrate();
	const ask = ways[how.kind]();
	console.log("ready", await clockOffMs());
	const line = await new Promise((resolve) =>
		createInterface({ input: process.stdin }).once("line", resolve));
	const { beginMs, forMs } = JSON.parse(line);
	endMs = beginMs + forMs;
	for (const client of how.clients)
		runClient(ask, client, beginMs);
	await pause(endMs - Date.now());
	writeFileSync(how.out, new Uint8Array(Float64Array.from(reads.flat()).buffer));
	console.log("done", reads.length);
}

await main();
process.exit(0); /* whatever it still waits for */
