/*
 * @octokit/rest, as its users have it, with nothing changed but baseUrl.
 *
 * Every URL that it asks is recorded where it leaves the client (the `fetch` it is given), and
 * every request that arrives stands in the simulated GitHub's journal: what passed through hubgate
 * was asked of hubgate and carries hubgate's User-Agent there.
 */
import { Octokit } from "@octokit/rest";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { GATEWAY_TOKEN, startHub } from "./hub.mjs";

const REPO = { owner: "octo-org", repo: "hello-world" };
const OWN_TOKEN = "ghp_theTokenOfAClientOfItsOwn00000000000";
const OWN_AGENT = /^hubgate\//;
let hub;

before(async () => { hub = await startHub({ simulator: { issues: 95 } }); });
after(() => hub?.end());

/* An Octokit, and the list of URLs that it asks. */
function client(options = {}) {
	const asked = [];
	const octokit = new Octokit({ baseUrl: hub.base, ...options, request: {
		fetch: (url, init) => { asked.push(String(url)); return fetch(url, init); } } });
	return { octokit, asked };
}

function rejectsWith(promise, status, message) {
	return assert.rejects(promise, (error) => {
		assert.equal(error.name, "HttpError");
		assert.equal(error.status, status);
		assert.match(error.message, message);
		return true;
	});
}

test("a repository is read, and the second identical read comes from memory", async () => {
	const { octokit } = client();
	const mark = await hub.served();
	const first = await octokit.rest.repos.get(REPO);
	assert.equal(first.data.full_name, "octo-org/hello-world");
	assert.match(first.headers["cache-status"], /^hubgate; fwd=/);
	const second = await octokit.rest.repos.get(REPO);
	assert.match(second.headers["cache-status"], /^hubgate; hit/);
	assert.deepEqual(second.data, first.data);
	assert.equal(second.headers.etag, first.headers.etag);
	const arrived = await hub.requestsSince(mark);
	assert.equal(arrived.length, 1, "GitHub was asked once");
	assert.match(arrived[0].user_agent, OWN_AGENT);
});

test("every page of 95 issues passes through hubgate", async () => {
	const { octokit, asked } = client();
	const mark = await hub.served();
	const issues = await octokit.paginate("GET /repos/{owner}/{repo}/issues",
		{ ...REPO, state: "all", per_page: 30 });

	assert.equal(issues.length, 95);
	assert.equal(new Set(issues.map((issue) => issue.number)).size, 95, "no issue twice");
	assert.equal(asked.length, 4);
	for (const url of asked)
		assert.ok(url.startsWith(`${hub.base}/`), `${url} does not lead through hubgate`);
	assert.deepEqual(asked.slice(1).map((url) => new URL(url).searchParams.get("page")),
		["2", "3", "4"]);

	const arrived = await hub.requestsSince(mark);
	assert.deepEqual(arrived.map((request) => request.target), asked.map((url) => {
		const { pathname, search } = new URL(url);
		return pathname + search;
	}), "what arrived is what was asked, in that order");
	for (const request of arrived) {
		assert.match(request.user_agent, OWN_AGENT);
		assert.equal(request.status, 200);
	}
});

test("links keep the face of the gateway that the client used", async () => {
	const { octokit, asked } = client({ baseUrl: `${hub.base}/api/v3` });
	const issues = await octokit.paginate(octokit.rest.issues.listForRepo,
		{ ...REPO, state: "all", per_page: 50 });
	assert.equal(issues.length, 95);
	assert.equal(asked.length, 2);
	for (const url of asked)
		assert.ok(url.startsWith(`${hub.base}/api/v3/`), url);
});

test("a comment that was written is read back", async () => {
	const { octokit } = client();
	const issue = { ...REPO, issue_number: 7 };
	const before = await octokit.rest.issues.listComments({ ...issue, per_page: 100 });
	const body = "Grüße — \"hubgate\"";
	const made = await octokit.rest.issues.createComment({ ...issue, body });
	assert.equal(made.status, 201);
	assert.equal(made.data.body, body);
	const after = await octokit.rest.issues.listComments({ ...issue, per_page: 100 });
	assert.equal(after.data.length, before.data.length + 1);
	assert.equal(after.data.at(-1).id, made.data.id);
});

test("GitHub's errors are octokit's errors, with GitHub's words", async () => {
	const { octokit } = client();
	await rejectsWith(octokit.rest.repos.get({ owner: "octo-org", repo: "nothing-here" }),
		404, /^Not Found\b/);
	await rejectsWith(octokit.rest.issues.create({ ...REPO, title: "" }),
		422, /^Validation Failed/);
	const stranger = client({ auth: "not-a-token-of-github" });
	await rejectsWith(stranger.octokit.rest.users.getAuthenticated(),
		401, /^Bad credentials\b/);
});

test("hubgate's own errors are octokit's errors too", async () => {
	const { octokit } = client();
	await rejectsWith(octokit.request("GET /repos//hello-world"), 400, /\w{3}/);
});

test("a conditional request is answered 304 when nothing has changed", async () => {
	const { octokit } = client();
	const { headers } = await octokit.rest.repos.get(REPO);
	assert.match(headers.etag, /^(W\/)?"[^"]+"$/);
	await assert.rejects(
		octokit.rest.repos.get({ ...REPO, headers: { "if-none-match": headers.etag } }),
		(error) => error.status === 304);
	const changed = await octokit.rest.repos.get(
		{ ...REPO, headers: { "if-none-match": "\"something-else\"" } });
	assert.equal(changed.status, 200);
});

test("a slash that octokit escapes stays within its segment", async () => {
	const { octokit, asked } = client();
	const mark = await hub.served();
	const { data } = await octokit.request("GET /repos/{owner}/{repo}/git/ref/{ref}",
		{ ...REPO, ref: "heads/feature/login" });
	assert.equal(data.ref, "refs/heads/feature/login");
	assert.ok(asked[0].endsWith("/git/ref/heads%2Ffeature%2Flogin"), asked[0]);
	const [arrived] = await hub.requestsSince(mark);
	assert.ok(arrived.target.endsWith("/git/ref/heads%2Ffeature%2Flogin"), arrived.target);
});

test("a renamed repository is found through the redirect, through hubgate", async () => {
	const { octokit, asked } = client();
	const mark = await hub.served();
	const { data, url } = await octokit.rest.repos.get({ owner: "octo-org", repo: "old-name" });
	assert.equal(data.full_name, "octo-org/hello-world");
	assert.ok(url.startsWith(`${hub.base}/repositories/`), url);
	assert.equal(asked.length, 1, "fetch follows by itself");
	const arrived = await hub.requestsSince(mark);
	assert.deepEqual(arrived.map((request) => request.status), [301, 200]);
	for (const request of arrived)
		assert.match(request.user_agent, OWN_AGENT);
});

test("a client with a token is asked for as itself, one without as the gateway", async () => {
	const mark = await hub.served();
	const own = await client({ auth: OWN_TOKEN }).octokit.rest.users.getAuthenticated();
	const gateways = await client().octokit.rest.users.getAuthenticated();
	const arrived = await hub.requestsSince(mark);
	const hashes = arrived.map((request) => request.token_hash);
	const { createHash } = await import("node:crypto");
	const hash = (token) => createHash("sha256").update(token).digest("base64");
	assert.deepEqual(hashes, [hash(OWN_TOKEN), hash(GATEWAY_TOKEN)]);
	assert.equal(own.status, 200);
	assert.equal(gateways.status, 200);
	assert.equal(own.headers["x-ratelimit-used"], "1", "a budget of its own");
});
