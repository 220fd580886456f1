/*
 * PyGithub (Debian's), with nothing changed but base_url.
 *
 * It asserts that every URL in an answer has the host, port and path prefix of its base: one link
 * that is not rewritten ends the program. pygithub.py is what it does.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { program, startHub } from "./hub.mjs";

const script = fileURLToPath(new URL("pygithub.py", import.meta.url));
const TOKEN = "ghp_theTokenOfPyGithubTheTokenOfPyGitHub";
let hub;

before(async () => { hub = await startHub({ simulator: { issues: 95 } }); });
after(() => hub?.end());

async function python(what, face) {
	const mark = await hub.served();
	const seen = await program("/usr/bin/python3",
		["-B", script, what, hub.base + face, TOKEN]);
	const arrived = await hub.requestsSince(mark);
	for (const one of arrived)
		assert.match(one.user_agent, /^hubgate\//);
	return { seen: JSON.parse(seen), arrived };
}

for (const face of ["", "/api/v3"]) {
	test(`a repository is read twice and fetched once, below '${face}/'`, async () => {
		await hub.github("touch", { repo: "octo-org/hello-world" });
		const { seen, arrived } = await python("read", face);
		assert.deepEqual(seen.names, ["octo-org/hello-world", "octo-org/hello-world"]);
		assert.equal(seen.url, `${hub.base}${face}/repos/octo-org/hello-world`);
		assert.match(seen.cache, /^hubgate; hit/);
		assert.deepEqual(seen.missing, [404, "Not Found"]);
		assert.equal(seen.limit, 5000);
		assert.ok(arrived.filter((one) => one.status === 200).length <= 1);
	});

	test(`every page, from both ends, below '${face}/'`, async () => {
		const { seen, arrived } = await python("pages", face);
		assert.ok(seen.numbers.length >= 95);
		assert.equal(new Set(seen.numbers).size, seen.numbers.length, "no issue twice");
		assert.equal(seen.oldest, Math.min(...seen.numbers));
		const pages = arrived.map((one) => /[?&]page=(\d+)/.exec(one.target)?.[1]);
		for (const page of ["2", "3", "4"])
			assert.ok(pages.includes(page), `page ${page} past hubgate`);
	});

	test(`what was written is read back, below '${face}/'`, async () => {
		const { seen, arrived } = await python("write", face);
		assert.deepEqual([seen.title, seen.body, seen.state, seen.comments],
			["By PyGithub", "Grüße", "closed", ["A comment"]]);
		assert.ok(seen.url.startsWith(`${hub.base}${face}/repos/`), seen.url);
		assert.deepEqual(arrived.filter((one) => one.method !== "GET")
			.map((one) => `${one.method} ${one.status}`),
		["POST 201", "POST 201", "PATCH 200"]);
	});
}

test("a conditional request says that nothing has changed, until it has", async () => {
	const { seen } = await python("update", "");
	assert.deepEqual(seen.changed, [false, "Of another mind"]);
});
