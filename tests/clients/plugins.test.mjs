/*
 * @octokit/plugin-throttling and @octokit/plugin-retry: they load, and have nothing to do.
 */
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startHub } from "./hub.mjs";

const Patient = Octokit.plugin(throttling, retry);
const REPO = { owner: "octo-org", repo: "hello-world" };
let hub;

before(async () => { hub = await startHub({ simulator: { issues: 95 } }); });
after(() => hub?.end());

/* An Octokit whose throttling tells of each limit that it believes to have met. */
function client() {
	const met = [];
	const note = (kind) => (afterS, options) => {
		met.push(`${kind} ${options.method} ${options.url} ${afterS}`);
		return false;
	};
	const octokit = new Patient({ baseUrl: hub.base, throttle: {
		onRateLimit: note("primary"), onSecondaryRateLimit: note("secondary") } });
	return { octokit, met };
}

test("reads, pages and writes go through with both plugins loaded", async () => {
	const { octokit, met } = client();
	const { data } = await octokit.rest.repos.get(REPO);
	assert.equal(data.full_name, "octo-org/hello-world");
	const issues = await octokit.paginate(octokit.rest.issues.listForRepo,
		{ ...REPO, state: "all", per_page: 100 });
	assert.equal(issues.length, 95);
	const made = await octokit.rest.issues.createComment(
		{ ...REPO, issue_number: 3, body: "hi" });
	assert.equal(made.status, 201);
	assert.deepEqual(met, []);
});

test("a failure of GitHub's that passes is hubgate's to retry, not the client's", async () => {
	const { octokit, met } = client();
	const path = "/repos/octo-org/hello-world/labels";
	await hub.github("script", { match: { path }, times: 1, answer: { status: 502 } });
	const { status, retryCount } = await octokit.rest.issues.listLabelsForRepo(REPO)
		.then((reply) => ({ status: reply.status, retryCount: 0 }));
	assert.equal(status, 200);
	assert.equal(retryCount, 0);
	const { requests } = await hub.github(`requests?target=${path}`);
	assert.deepEqual(requests.map((request) => request.status), [502, 200]);
	assert.deepEqual(met, []);
});

test("404 and 422 stay what they are: retry does not repeat them", async () => {
	const { octokit, met } = client();
	await assert.rejects(octokit.rest.repos.get({ owner: "octo-org", repo: "nothing-here" }),
		(error) => error.status === 404 && error.message.startsWith("Not Found"));
	await assert.rejects(octokit.rest.issues.create({ ...REPO, title: "" }),
		(error) => error.status === 422);
	const { requests } = await hub.github("requests?target=/repos/octo-org/nothing-here");
	assert.equal(requests.length, 1);
	assert.deepEqual(met, []);
});
