/*
 * lab - one simulated GitHub, hubgate in front of it, and Node processes under the same clock.
 *
 *     await withLab({ speed: 15, minutes: 7, limit: 5000, plugins: ["cache"] }, async (lab) => {
 *         const run = await lab.run({ kind: "octokit", through: "github", groups: [[client], …] });
 *         … run.reads, run.stats, waitsS(run, isOf) …
 *     });
 *
 * hubgate and its simulator have a scaled clock of their own (--clock xN); the Node processes have
 * libfaketime, begun at the moment that GitHub's clock shows. `minutes` is how much of GitHub's
 * hour a run lasts; the hour itself is never shortened, because hubgate paces by it. The lab lives
 * in the machine's time.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { GATEWAY_TOKEN, startHub } from "../../clients/hub.mjs";

const PEER = new URL("peer.mjs", import.meta.url).pathname;
const FIRST_ROUND_IN_MS = 3000; /* simulated, from the word to begin */
/* Before the end of the window: what follows a reset is not counted as this window's. It may
 * have begun with a question of hubgate's own, before the first round. */
const SHORT_OF_RESET_MS = FIRST_ROUND_IN_MS + 1000;
const WORDS_WITHIN_MS = 30_000;

function libfaketime() {
	const found = ["x86_64", "aarch64"].map((machine) =>
		`/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`).find(existsSync);
	assert.ok(found, "libfaketime is not installed; install with: scripts/dev/packages bench");
	return found;
}

/* A Node process under libfaketime, whose lines are awaited in order. */
class Peer {
	constructor(lab, how) {
		const aheadS = (lab.wallMs() - Date.now()) / 1000;
		const env = { PATH: process.env.PATH, LD_PRELOAD: libfaketime(),
			FAKETIME: `+${aheadS} x${lab.speed}` };
		/* setpriv outside: a bench that dies, however it does, leaves nobody behind */
		this.child = spawn("setpriv", ["--pdeathsig", "KILL", process.execPath, PEER,
			JSON.stringify(how)], { env, stdio: ["pipe", "pipe", "inherit"] });
		this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
		this.over = new Promise((resolve) => this.child.once("exit", resolve));
		this.how = how;
	}

	/* The next line must begin with this word; its rest, and when it came. */
	async word(expected, withinMs = WORDS_WITHIN_MS) {
		const late = new AbortController();
		const never = pause(withinMs, {}, { signal: late.signal }).catch(() => ({}));
		const line = await Promise.race([this.lines.next(), never]);
		late.abort();
		assert.ok(line.value?.startsWith(expected),
			`a peer should say "${expected}", and said ${JSON.stringify(line.value)}`);
		return { rest: line.value.slice(expected.length + 1), atMs: performance.now() };
	}

	say(what) {
		this.child.stdin.write(`${JSON.stringify(what)}\n`);
	}

	end() {
		this.child.kill("SIGKILL");
		return this.over;
	}
}

/* What peer.mjs writes. */
async function readsIn(file) {
	const bytes = await readFile(file);
	const numbers = new Float64Array(new Uint8Array(bytes).buffer);
	const reads = [];
	for (let i = 0; i < numbers.length; i += 6)
		reads.push({ client: numbers[i], path: numbers[i + 1], beganMs: numbers[i + 2],
			overMs: numbers[i + 3], status: numbers[i + 4], stars: numbers[i + 5] });
	return reads;
}

class Lab {
	constructor(how) {
		Object.assign(this, { changes: [], peers: [], timers: [] }, how);
		this.runMs = this.minutes * 60_000 - SHORT_OF_RESET_MS;
	}

	/* GitHub's time, by the machine's. */
	wallMs() {
		return this.boundary.wallMs + (performance.now() - this.boundary.atMs) * this.speed;
	}

	/* Date has whole seconds; where one begins the simulated clock is known. */
	async findClock() {
		const dateNow = async () => Date.parse((await this.stateReply()).headers.date);
		const first = await dateNow();
		for (;;) {
			const before = performance.now();
			const wallMs = await dateNow();
			if (wallMs !== first) {
				this.boundary = { wallMs, atMs: (before + performance.now()) / 2 };
				return;
			}
		}
	}

	stateReply() {
		return new Promise((resolve, reject) => {
			const where = { port: this.hub.simulatorPort, path: "/_sim/state" };
			http.get({ ...where, agent: this.agent }, (reply) => {
				reply.resume().on("end", () => resolve(reply));
			}).on("error", reject);
		});
	}

	get github() {
		return `http://127.0.0.1:${this.hub.simulatorPort}`;
	}

	async open() {
		const simulator = { use: "simulator", repos: 44, limit: this.limit,
			response_min: "20ms", response_max: "80ms",
			...this.simulator };
		const plugins = [...(this.plugins ?? ["metrics", "cache", "ratelimit"])]
			.map((plugin) => typeof plugin === "string" ? { use: plugin } : plugin);
		this.hub = await startHub({ clock: `x${this.speed}`,
			config: { plugins: [...plugins, simulator], ...this.config } });
		this.agent = new http.Agent({ keepAlive: true });
		await this.findClock();
		const headers = { authorization: `Bearer ${GATEWAY_TOKEN}`, "user-agent": "lab" };
		const reply = await fetch(`${this.github}/user/repos?per_page=100`, { headers });
		this.repos = (await reply.json()).slice(0, 40).map((repo) => repo.full_name);
		assert.equal(this.repos.length, 40);
		await this.hub.github("reset", {});
	}

	/* One of these resources changes at each of `everyS`; which ones, is always the same. */
	changeFrom(beginMs, everyS, seed) {
		let state = seed;
		const rounds = Math.floor(this.runMs / 1000 / everyS);
		for (let n = 0; n < rounds; n++) {
			state = (state * 1103515245 + 12345) % 2147483648;
			const repo = this.repos[(state >> 8) % this.repos.length];
			const atMs = beginMs + 1000 * everyS * (n + 0.5);
			const change = { repo, atMs: NaN };
			this.changes.push(change);
			this.timers.push(setTimeout(() => {
				change.atMs = this.wallMs();
				this.hub.github("touch", { repo }).catch((error) => {
					this.failed = error;
				});
			}, Math.max(0, (atMs - this.wallMs()) / this.speed)));
		}
	}

	/* One process a group of clients. Returns them when they have ended, with their reads. */
	async run({ kind, through, groups, prepare, changeEveryS, seed = 1 }) {
		const where = through === "hubgate" ? { base: this.hub.base }
			: { base: this.github, token: GATEWAY_TOKEN };
		this.peers = groups.map((clients, i) => new Peer(this, { kind, clients, ...where,
			github: this.github, out: join(this.hub.folder, `reads-${i}`) }));
		const off = [];
		for (const peer of this.peers)
			off.push(Number((await peer.word("ready")).rest));
		await this.hub.github("reset", {}); /* the window begins with the first request */
		await prepare?.(this);
		const beginMs = this.wallMs() + FIRST_ROUND_IN_MS;
		for (const peer of this.peers)
			peer.say({ beginMs, forMs: this.runMs });
		if (changeEveryS)
			this.changeFrom(beginMs, changeEveryS, seed);
		const endMs = beginMs + this.runMs;
		await pause((endMs - this.wallMs()) / this.speed);
		const stats = await this.hub.github("stats");
		for (const peer of this.peers)
			await peer.word("done");
		if (this.failed)
			throw this.failed;
		const reads = await Promise.all(this.peers.map((peer) => readsIn(peer.how.out)));
		return { beginMs, endMs, stats, reads: reads.flat(),
			offMs: Math.max(...off.map(Math.abs)) };
	}

	/* A minute of a peer, by its own clocks and by the machine's. */
	async calibrate() {
		const peer = new Peer(this, { kind: "calibrate", github: this.github });
		this.peers = [peer];
		await this.hub.github("script",
			{ match: { path: "/zen" }, answer: { delay_ms: 600_000, free: true } });
		const begin = await peer.word("begin");
		const end = await peer.word("end");
		const timeout = await peer.word("timeout");
		return { machineMs: end.atMs - begin.atMs, ...JSON.parse(end.rest),
			timeoutMs: Number(timeout.rest),
			timeoutMachineMs: timeout.atMs - end.atMs };
	}

	async close() {
		for (const timer of this.timers)
			clearTimeout(timer);
		for (const peer of this.peers)
			await peer.end();
		this.agent?.destroy();
		await this.hub.end();
	}
}

export async function withLab(how, use) {
	const lab = new Lab(how);
	try {
		await lab.open();
		return await use(lab);
	} finally {
		if (lab.hub)
			await lab.close();
	}
}

/* -- what came of a run ------------------------------------------------------------------------ */

export function quantile(values, share) {
	const sorted = Float64Array.from(values).sort();
	const at = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
	return sorted.length ? sorted[at] : NaN;
}

/* Waits in s, until the client had what it asked for: a read that failed has waited until a later
 * one of the same client for the same thing was answered. Who was never answered has waited until
 * the end, which is less than the truth. */
export function waitsS(run, isOf) {
	const nextMs = new Map();
	return run.reads.filter(isOf).reverse().map((read) => {
		const what = `${read.client} ${read.path}`;
		if (isAnswered(read))
			nextMs.set(what, read.overMs);
		return ((nextMs.get(what) ?? run.endMs) - read.beganMs) / 1000;
	});
}

export const isAnswered = (read) => read.status === 200;

/* Primary ones; secondary ones by kind. */
export function refusalsOf(run) {
	const { primary = 0, ...secondary } = run.stats.refused_kinds;
	const kinds = Object.entries(secondary).map(([kind, n]) => `${kind}:${n}`).join();
	return [primary, kinds || 0];
}

/* Tab-separated; what there is none of is a dash. */
export function printLine(values) {
	console.log(values.map((value) => typeof value !== "number" ? value
		: Number.isNaN(value) ? "-" : Number(value.toFixed(4))).join("\t"));
}
