/*
 * hub - one hubgate daemon of a test: its configuration, its doors, its end.
 *
 *     const hub = await startHub({ simulator: { issues: 95 } });   its GitHub is simulated, in it
 *     const hub = await startHub({ upstream: "http://127.0.0.1:9" });
 *     const hub = await startHub({ simulator: {}, clock: "held" });  time moves by hub.advance(s)
 *     … hub.base …
 *     await hub.end();       SIGTERM, exit status 0, nothing left behind
 *
 * Ports are the system's choice; the admin socket says which ones they became. Nothing of the
 * environment reaches the daemon but what sanitizers and the loader read.
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const PATIENCE_MS = 20_000;
const PASSED_ON = ["PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"];
export const GATEWAY_TOKEN = "ghp_theGatewaysOwnTokenOfTheseTests00000";

/* One exchange, as it came: { status, headers (lower case), rawHeaders, body (Buffer) }. */
export function ask(where, { method = "GET", path, headers = {}, body } = {}) {
	return new Promise((resolve, reject) => {
		const options = { ...where, method, path, headers, agent: false };
		const request = http.request(options, (reply) => {
			const pieces = [];
			reply.on("data", (piece) => pieces.push(piece));
			reply.on("error", reject);
			reply.on("end", () => resolve({ status: reply.statusCode,
				headers: reply.headers, rawHeaders: reply.rawHeaders,
				body: Buffer.concat(pieces) }));
		});
		request.on("error", reject);
		request.end(body);
	});
}

/* What a program printed that uses a client in its own language: of the environment it has PATH,
 * and what it is given. */
export async function program(file, args, more = {}) {
	const env = { PATH: process.env.PATH, LANG: "C.UTF-8", HOME: tmpdir(), no_proxy: "*",
		...more };
	const { stdout } = await promisify(execFile)(file, args, { env, maxBuffer: 1 << 24 });
	return stdout;
}

class Hub {
	/* The answer of the admin socket's `show what`. */
	async show(what) {
		const reply = await ask({ socketPath: this.admin }, { path: `/show/${what}`,
			headers: { host: "admin" } });
		assert.equal(reply.status, 200, `show ${what}: ${reply.body}`);
		return JSON.parse(reply.body);
	}

	/* Polled for, because what other connections do has no other sign. */
	async until(what, holds) {
		const limit = Date.now() + PATIENCE_MS;
		while (!await holds()) {
			if (Date.now() > limit)
				throw new Error(`in vain until ${what}:\n${this.log()}`);
			await pause(10);
		}
	}

	/* Moves the held clock of daemon and simulator; both are quiet at the new moment then. */
	async advance(seconds) {
		const reply = await ask({ socketPath: this.admin }, { method: "POST",
			path: `/clock/advance?by=${seconds}s`, headers: { host: "admin" } });
		assert.equal(reply.status, 200, `advance: ${reply.body}`);
	}

	/* A bare request to the port that serves GitHub. */
	ask(what) {
		return ask({ host: "127.0.0.1", port: this.port }, what);
	}

	/* A command of the simulated GitHub's control API; input makes it a POST. */
	async github(command, input) {
		const reply = await ask({ host: "127.0.0.1", port: this.simulatorPort }, {
			method: input ? "POST" : "GET", path: `/_sim/${command}`,
			headers: { "content-type": "application/json" },
			body: input && JSON.stringify(input) });
		assert.equal(reply.status, 200, `/_sim/${command}: ${reply.body}`);
		return JSON.parse(reply.body);
	}

	/* The number of the latest request that reached GitHub: a mark for requestsSince. */
	async served() {
		return (await this.github("requests?max=1")).total;
	}

	async requestsSince(mark) {
		return (await this.github(`requests?since=${mark}&max=1000`)).requests;
	}

	/* Throws what the daemon wrote when it does not end well. */
	async end() {
		this.child.kill("SIGTERM");
		const [code, signal] = await this.exited;
		await rm(this.folder, { recursive: true, force: true });
		const status = signal ?? code;
		assert.equal(status, 0, `hubgate ended with ${status}:\n${this.log()}`);
	}
}

async function isReady(hub) {
	try {
		const reply = await ask({ socketPath: hub.admin }, { path: "/readyz",
			headers: { host: "admin" } });
		return reply.status === 200;
	} catch {
		return false;
	}
}

/* Ready when the admin socket says so: asked again and again, because a start has no other sign. */
async function untilReady(hub) {
	const limit = Date.now() + PATIENCE_MS;
	while (!await isReady(hub)) {
		if (hub.child.exitCode !== null || hub.child.signalCode !== null)
			throw new Error(`hubgate did not start:\n${hub.log()}`);
		if (Date.now() > limit)
			throw new Error(`hubgate was not ready in time:\n${hub.log()}`);
		await pause(10);
	}
}

/* The simulated GitHub speaks for itself; hubgate, which would pass the question on, adds an id. */
async function isSimulator(port) {
	try {
		const reply = await ask({ host: "127.0.0.1", port }, { path: "/_sim/state" });
		return reply.status === 200 && !("x-request-id" in reply.headers);
	} catch {
		return false; /* it speaks TLS */
	}
}

async function learnPorts(hub, { upstream }) {
	for (const { port } of await hub.show("listeners")) {
		if (!port)
			continue;
		if (!upstream && await isSimulator(port))
			hub.simulatorPort = port;
		else
			(hub.ports ??= []).push(port);
	}
	hub.port = hub.ports?.[0]; /* in the order of the configuration */
	assert.ok(hub.port, "no listener of hubgate serves GitHub's API");
	hub.base = `http://127.0.0.1:${hub.port}`;
}

function configuration(hub, { upstream, simulator, config }) {
	const plugins = ["metrics", "cache", "ratelimit"].map((use) => ({ use }));
	if (!upstream)
		plugins.push({ use: "simulator", ...simulator });
	return { version: 1, workers: "2", state_dir: join(hub.folder, "state"),
		plugin_path: [process.env.HUBGATE_PLUGINS],
		admin: { bind: `unix:${hub.admin}` },
		listeners: [{ bind: "127.0.0.1:0" }],
		credential: { token: GATEWAY_TOKEN },
		...(upstream && { upstream: { base_url: upstream } }),
		plugins, ...config };
}

/* { upstream: URL } or { simulator: its options }; config: sections that replace ours. */
export async function startHub(how = {}) {
	const hub = new Hub();
	hub.folder = await mkdtemp(join(tmpdir(), "hubgate-client-"));
	hub.admin = join(hub.folder, "admin");
	const file = join(hub.folder, "hub.yaml"); /* JSON is YAML */
	await writeFile(file, JSON.stringify(configuration(hub, how)));

	const env = { HOME: hub.folder };
	for (const name of PASSED_ON)
		if (process.env[name])
			env[name] = process.env[name];
	const args = ["run", "--config", file, ...(how.upstream ? [] : ["--demo"]),
		...(how.clock ? ["--clock", how.clock] : [])];
	const output = [];
	/* A test that dies, however it does, must not leave a daemon behind. */
	hub.child = spawn("setpriv", ["--pdeathsig", "KILL", process.env.HUBGATE, ...args],
		// where a person would be who was told to type ./scripts/dev/clients
		{ env, cwd: new URL("../..", import.meta.url), stdio: ["ignore", "pipe", "pipe"] });
	hub.child.stdout.on("data", (piece) => output.push(piece));
	hub.child.stderr.on("data", (piece) => output.push(piece));
	hub.log = () => Buffer.concat(output).toString();
	hub.exited = new Promise((resolve) => {
		hub.child.on("close", (code, signal) => resolve([code, signal]));
	});
	try {
		await untilReady(hub);
		await learnPorts(hub, how);
	} catch (error) {
		hub.child.kill("SIGKILL");
		throw error;
	}
	return hub;
}
