/*
 * gh, GitHub's command line, with nothing changed but where it finds GitHub:
 *
 *     over TLS as an Enterprise host       GH_HOST=localhost:PORT   paths /api/v3 and /api/graphql
 *     over hubgate's Unix socket           http_unix_socket: PATH   paths of api.github.com
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startHub } from "./hub.mjs";

const run = promisify(execFile);
const REPO = "octo-org/hello-world";
let hub, folder, faces;

async function openssl(...args) {
	await run("openssl", args, { cwd: folder });
}

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "hubgate-gh-"));
	await openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
		"-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
		"-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost");
	const socket = join(folder, "gh.sock");
	hub = await startHub({ simulator: { issues: 95 }, config: { listeners: [
		{ bind: "127.0.0.1:0" },
		{ bind: "127.0.0.1:0", tls: { cert: join(folder, "cert.pem"),
			key: join(folder, "key.pem") } },
		{ bind: `unix:${socket}` }] } });
	await mkdir(join(folder, "unix"));
	await writeFile(join(folder, "unix", "config.yml"), `http_unix_socket: ${socket}\n`);
	faces = {
		"TLS": { GH_HOST: `localhost:${hub.ports[1]}`, GH_CONFIG_DIR: join(folder, "tls"),
			GH_ENTERPRISE_TOKEN: "ghp_ghOverTlsGhOverTlsGhOverTlsGhOverT0",
			SSL_CERT_FILE: join(folder, "cert.pem"),
			base: `https://localhost:${hub.ports[1]}/api/v3` },
		"the Unix socket": { GH_CONFIG_DIR: join(folder, "unix"),
			GH_TOKEN: "ghp_ghByUnixGhByUnixGhByUnixGhByUnixGh0",
			base: "https://api.github.com" },
	};
});
after(async () => {
	await hub?.end();
	await rm(folder, { recursive: true, force: true });
});

function hashOf({ GH_TOKEN, GH_ENTERPRISE_TOKEN }) {
	return createHash("sha256").update(GH_TOKEN ?? GH_ENTERPRISE_TOKEN).digest("base64");
}

/* Nothing of the machine's gh counts, and nothing leaves the machine. */
async function gh(face, ...args) {
	const { base: _, ...own } = faces[face];
	const env = { PATH: process.env.PATH, HOME: folder, GH_NO_UPDATE_NOTIFIER: "1",
		GH_PROMPT_DISABLED: "1", NO_COLOR: "1", no_proxy: "*", ...own };
	const { stdout } = await run("gh", args, { env, cwd: folder, maxBuffer: 1 << 24 });
	return stdout;
}

for (const face of ["TLS", "the Unix socket"]) {
	test(`gh api over ${face}: a read, the same from memory, every page, a write`, async () => {
		let mark = await hub.served();
		const read = () => gh(face, "api", `repos/${REPO}`, "--jq", ".full_name");
		assert.equal(await read(), `${REPO}\n`);
		assert.equal(await read(), `${REPO}\n`);
		assert.equal((await hub.requestsSince(mark)).length, 1, "the second was not kept");

		mark = await hub.served();
		const pages = await gh(face, "api", "--paginate", "--jq", ".[].number",
			`repos/${REPO}/issues?per_page=30&state=all`);
		const numbers = pages.trim().split("\n");
		assert.ok(numbers.length >= 95 && new Set(numbers).size === numbers.length);
		const arrived = await hub.requestsSince(mark);
		assert.equal(arrived.length, 4, "pages past hubgate");
		/* gh sends its token only where it believes to be with its GitHub */
		assert.deepEqual(new Set(arrived.map((one) => one.token_hash)),
			new Set([hashOf(faces[face])]));

		const made = JSON.parse(await gh(face, "api", `repos/${REPO}/issues`, "-f",
			"title=By gh"));
		assert.equal(made.title, "By gh");
		assert.ok(made.url.startsWith(`${faces[face].base}/repos/`), made.url);
		assert.equal(await gh(face, "api", `repos/${REPO}/issues/${made.number}`, "--jq",
			".title"), "By gh\n");
	});

	test(`gh run list, gh run view and gh repo view over ${face}`, async () => {
		const runs = JSON.parse(await gh(face, "run", "list", "-R", REPO, "--json",
			"databaseId,status,workflowName"));
		assert.ok(runs.length > 0 && runs[0].databaseId > 0);
		const done = runs.find((one) => one.status === "completed") ?? runs[0];
		assert.match(await gh(face, "run", "view", "-R", REPO, String(done.databaseId)),
			/ID|JOBS|main/);
		assert.match(await gh(face, "repo", "view", REPO), /hello-world/);
		assert.match(await gh(face, "api", "graphql", "-f", "query={viewer{login}}", "--jq",
			".data.viewer.login"), /^\S+\n$/);
		await assert.rejects(gh(face, "repo", "view", "octo-org/no-such"),
			/Could not resolve/);
	});
}

for (const face of ["TLS", "the Unix socket"]) {
	test(`issues are created, commented on, closed and listed over ${face}`, async () => {
		const on = (command, ...args) => gh(face, "issue", command, "-R", REPO, ...args);
		const url = (await on("create", "-t", `Of ${face}`, "-b", "By gh", "-l",
			"bug")).trim();
		const number = /\/issues\/(\d+)$/.exec(url)?.[1];
		assert.ok(number, url);
		await on("comment", number, "-b", "A comment");
		await on("close", number);
		const seen = JSON.parse(await on("view", number, "--json",
			"title,state,labels,comments"));
		assert.deepEqual([seen.title, seen.state, seen.labels.map((one) => one.name),
			seen.comments.map((one) => one.body)],
		[`Of ${face}`, "CLOSED", ["bug"], ["A comment"]]);
		const closed = JSON.parse(await on("list", "-s", "closed", "--json", "number"));
		assert.ok(closed.some((one) => String(one.number) === number));
		await on("reopen", number);
		/* REST knows the same, kept or not */
		assert.equal(await gh(face, "api", `repos/${REPO}/issues/${number}`, "--jq",
			".state"), "open\n");
	});

	test(`other lists, and a workflow that is run, over ${face}`, async () => {
		const on = (...args) => gh(face, ...args, "-R", REPO);
		assert.equal(await on("pr", "list"), "");
		assert.equal(await on("release", "list"), "");
		assert.match(await on("workflow", "list"), /^CI\tactive\t\d+$/m);
		assert.match(await on("label", "list"), /^bug\t/m);
		assert.match(await gh(face, "repo", "list", "octo-org"),
			/^octo-org\/hello-world\t/m);
		await on("workflow", "run", "ci.yml");
		const [latest] = JSON.parse(await on("run", "list", "-w", "CI", "-L", "1", "--json",
			"event"));
		assert.equal(latest.event, "workflow_dispatch", "a kept list was given again");
	});

	test(`redirects are followed and GraphQL's pages walked over ${face}`, async () => {
		const mark = await hub.served();
		assert.equal(await gh(face, "api", "repos/octo-org/old-name", "--jq",
			".full_name"), `${REPO}\n`);
		const numbers = await gh(face, "api", "graphql", "--paginate", "-f", `query=
			query($endCursor: String) {
				repository(owner: "octo-org", name: "hello-world") {
					issues(first: 50, after: $endCursor) { nodes { number }
						pageInfo { hasNextPage endCursor } } } }`,
		"--jq", ".data.repository.issues.nodes[].number");
		assert.ok(new Set(numbers.trim().split("\n")).size >= 95);
		const arrived = await hub.requestsSince(mark);
		assert.ok(arrived.length >= 3, "the redirect, and two pages at least");
		for (const one of arrived)
			assert.equal(one.token_hash, hashOf(faces[face]), one.target);
	});
}

/* gh searches github.com only: over the socket, that is hubgate. */
test("gh search finds issues and repositories, and no pull requests", async () => {
	const search = (...args) => gh("the Unix socket", "search", ...args);
	assert.equal(JSON.parse(await search("issues", "--repo", REPO, "-L", "5", "--json",
		"number")).length, 5);
	assert.match(await search("repos", "hello-world"), /^octo-org\/hello-world\t/m);
	assert.equal(await search("prs", "--repo", REPO), "");
});

test("the gh lines that the daemon prints work: by its port, and by its socket", async () => {
	const lines = [...hub.log().matchAll(
		/^ *(GH_TOKEN=\S+(?: GH_CONFIG_DIR=\S+)?) \.\/scripts\/dev\/clients (.*)$/gm)];
	assert.equal(lines.length, 2, `not two gh lines in:\n${hub.log()}`);
	const print = lines.map((line) => run("sh", ["-c", `${line[1]} ${line[2]}`],
		{ env: { PATH: process.env.PATH, HOME: folder, no_proxy: "*" } }));
	assert.equal((await print[0]).stdout, "octocat/Hello-World\n");
	assert.match((await print[1]).stdout, /^name:\s+octocat\/Hello-World$/m);
});

test("gh is forwarded as itself: its token, not the gateway's", async () => {
	const kinds = (await hub.show("credentials")).filter((one) => one.kind === "passthrough");
	assert.ok(kinds.length >= 2);
	const { requests } = await hub.github("requests?max=1000");
	assert.ok(requests.every((one) => one.token_hash !== ""));
});
