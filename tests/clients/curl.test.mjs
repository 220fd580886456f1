/*
 * curl, with the lines that README.md and the daemon print.
 *
 * They are taken from there, so that a line which stops working fails here; only the port differs.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startHub } from "./hub.mjs";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));
const ANSWER = /^HTTP\/1\.1 (\d+) [^\r]*\r\n(.*?)\r\n\r\n(.*)$/s;
let hub;

before(async () => { hub = await startHub({ simulator: { issues: 95 } }); });
after(() => hub?.end());

/* A shell runs the line, as for a person; nothing of the machine's curl configuration counts. */
async function shell(line) {
	const { stdout } = await run("sh", ["-c", line.replace(/^curl /, "curl -q -sS ")],
		{ cwd: here, env: { PATH: process.env.PATH, HOME: hub.folder, no_proxy: "*" },
			maxBuffer: 1 << 24 });
	return stdout;
}

async function curl(line) {
	const answer = ANSWER.exec(await shell(line));
	assert.ok(answer, `no HTTP answer to: ${line}`);
	return { status: Number(answer[1]), head: answer[2], body: answer[3] };
}

/* The lines of a text that begin with the command; port and placeholders put in. */
function linesOf(text, command) {
	return [...text.matchAll(new RegExp(`^[\`| ]*(${command} .*?)\`?(?: *\\|)?$`, "gm"))]
		.map((match) => match[1]
			.replace(/http:\/\/(127\.0\.0\.1|localhost):3001/g, hub.base)
			.replace("OWNER/REPO", "octocat/hello-world"));
}

test("the curl lines of the README work", async () => {
	const readme = await readFile(`${here}/../../README.md`, "utf8");
	const cells = readme.replace(/\| *(curl|octokit) *\| */g, "\n");
	const lines = linesOf(cells, "curl");
	assert.ok(lines.length > 0, "README.md shows no curl line");
	for (const line of lines) {
		const { status, head, body } = await curl(line);
		assert.equal(status, 200, line);
		assert.match(head, /^Cache-Status: hubgate; /mi);
		assert.equal(JSON.parse(body).full_name.toLowerCase(), "octocat/hello-world");
	}
});

test("the lines that the daemon prints work, and the second time from memory", async () => {
	const printed = linesOf(hub.log(), "curl");
	assert.ok(printed.length > 0, `no curl line in:\n${hub.log()}`);
	await curl(printed[0]);
	const again = await curl(printed[0]);
	assert.equal(again.status, 200);
	assert.match(again.head, /^Cache-Status: hubgate; hit/mi);
	assert.match(again.head, /^x-ratelimit-remaining: \d+/mi);

	const [octokit] = linesOf(hub.log(), "(?:\\S*/clients )?node");
	assert.ok(octokit, `no octokit line in:\n${hub.log()}`);
	const { stdout } = await run("sh", ["-c", octokit.replace(/^\S*clients /, "")
		.replace(/^node /, `${process.execPath} `)], { cwd: here });
	assert.match(stdout, /hello-world/i);
});

test("HEAD has the head of GET and no body", async () => {
	const url = `${hub.base}/repos/octo-org/hello-world/issues/5`;
	const get = await curl(`curl -i ${url}`);
	const head = await shell(`curl -I ${url}`);
	assert.match(head, /^HTTP\/1\.1 200 /);
	assert.equal(/^etag: (.*)\r$/mi.exec(head)[1], /^etag: (.*)\r?$/mi.exec(get.head)[1]);
	assert.ok(head.endsWith("\r\n\r\n"), "nothing behind the head");
});

test("a large page comes whole, also to a client that asks twice on one connection", async () => {
	const url = `${hub.base}/repos/octo-org/hello-world/issues?state=all\\&per_page=100`;
	const both = await shell(`curl ${url} ${url}`);
	const half = both.slice(0, both.length / 2);
	assert.equal(half, both.slice(both.length / 2));
	assert.equal(JSON.parse(half).length, 95);
});

test("the metrics are there", async () => {
	const text = await shell(`curl ${hub.base}/metrics`);
	assert.match(text, /^# TYPE hubgate_\w+ counter$/m);
	assert.match(text, /^hubgate_\w+(\{[^}]*\})? [1-9]/m);
});
