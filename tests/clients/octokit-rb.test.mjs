/*
 * octokit.rb (Debian's), with nothing changed but api_endpoint. octokit-rb.rb is what it does.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { program, startHub } from "./hub.mjs";

const script = fileURLToPath(new URL("octokit-rb.rb", import.meta.url));
const TOKEN = "ghp_theTokenOfOctokitRbTheTokenOfOctokit";
let hub;

before(async () => { hub = await startHub({ simulator: { issues: 95 } }); });
after(() => hub?.end());

async function ruby(what, face = "") {
	const mark = await hub.served();
	const seen = await program("/usr/bin/ruby", [script, what, `${hub.base}${face}/`, TOKEN]);
	const arrived = await hub.requestsSince(mark);
	for (const one of arrived)
		assert.match(one.user_agent, /^hubgate\//);
	return { seen: JSON.parse(seen), arrived };
}

for (const face of ["", "/api/v3"]) {
	test(`reads, conditional or missing, and what they link to: '${face}/'`, async () => {
		const { seen, arrived } = await ruby("read", face);
		assert.equal(seen.name, "octo-org/hello-world");
		assert.equal(seen.url, `${hub.base}${face}/repos/octo-org/hello-world`);
		assert.match(seen.cache, /^hubgate; hit/);
		assert.ok(seen.labels > 0);
		assert.equal(seen.unchanged, 304);
		assert.equal(seen.missing, "Octokit::NotFound");
		assert.equal(seen.limit, 5000);
		const reads = arrived.filter((one) => one.target === "/repos/octo-org/hello-world");
		assert.ok(reads.length <= 1, "kept, and compared with the copy");
	});

	test(`every page passes through hubgate: '${face}/'`, async () => {
		const { seen, arrived } = await ruby("pages", face);
		assert.ok(seen.numbers.length >= 95);
		assert.equal(new Set(seen.numbers).size, seen.numbers.length, "no issue twice");
		assert.equal(arrived.length, 4);
	});

	test(`what was written is read back: '${face}/'`, async () => {
		const { seen, arrived } = await ruby("write", face);
		assert.deepEqual([seen.title, seen.body, seen.state, seen.comments],
			["By octokit.rb", "Grüße", "closed", ["A comment"]]);
		assert.ok(seen.url.startsWith(`${hub.base}${face}/repos/`), seen.url);
		assert.deepEqual(arrived.map((one) => `${one.method} ${one.status}`),
			["POST 201", "POST 201", "PATCH 200", "GET 200", "GET 200"]);
	});
}

test("GraphQL", async () => {
	const { seen } = await ruby("graphql");
	assert.equal(seen.name, "octo-org/hello-world");
});
