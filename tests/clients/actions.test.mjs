/*
 * @actions/github, the client of GitHub's own actions, with nothing changed but GITHUB_API_URL:
 * the variable that a runner sets, and that the package reads when it is loaded.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startHub } from "./hub.mjs";

const REPO = { owner: "octo-org", repo: "hello-world" };
const TOKEN = "ghs_theTokenOfOneJobOfOneWorkflowRun0000";
let hub, octokit, context;

before(async () => {
	hub = await startHub({ simulator: { issues: 95 } });
	process.env.GITHUB_API_URL = hub.base;
	process.env.GITHUB_REPOSITORY = `${REPO.owner}/${REPO.repo}`;
	const github = await import("@actions/github");
	octokit = github.getOctokit(TOKEN);
	context = github.context;
});
after(() => hub?.end());

async function arrivedDuring(work) {
	const mark = await hub.served();
	const result = await work();
	const arrived = await hub.requestsSince(mark);
	for (const one of arrived)
		assert.match(one.user_agent, /^hubgate\//);
	return { result, arrived };
}

test("the repository of the workflow is read twice, and fetched once", async () => {
	assert.equal(context.apiUrl, hub.base);
	const get = () => octokit.rest.repos.get(context.repo);
	const { result, arrived } = await arrivedDuring(async () => [await get(), await get()]);
	assert.equal(arrived.length, 1);
	assert.equal(result[0].data.full_name, "octo-org/hello-world");
	assert.match(result[1].headers["cache-status"], /^hubgate; hit/);
});

test("every page passes through hubgate, and is confirmed the next time", async () => {
	const all = () => octokit.paginate(octokit.rest.issues.listForRepo,
		{ ...context.repo, state: "all", per_page: 30 });
	const first = await arrivedDuring(all);
	assert.equal(new Set(first.result.map((issue) => issue.number)).size, 95);
	assert.deepEqual(first.arrived.map((one) => one.status), [200, 200, 200, 200]);
	const second = await arrivedDuring(all);
	assert.equal(second.result.length, 95);
	assert.deepEqual(second.arrived.map((one) => one.status), [304, 304, 304, 304]);
});

test("an issue and its comment are written and read back", async () => {
	const { arrived } = await arrivedDuring(async () => {
		const made = await octokit.rest.issues.create(
			{ ...context.repo, title: "A failure" });
		const issue = { ...context.repo, issue_number: made.data.number };
		await octokit.rest.issues.createComment({ ...issue, body: "Of this run" });
		const { data } = await octokit.rest.issues.listComments(issue);
		assert.deepEqual(data.map((comment) => comment.body), ["Of this run"]);
	});
	assert.deepEqual(arrived.map((one) => one.method), ["POST", "POST", "GET"]);
});

test("a dispatch, and the runs of the workflow", async () => {
	const { arrived } = await arrivedDuring(async () => {
		const { data } = await octokit.rest.actions.listRepoWorkflows(context.repo);
		const workflow = { ...context.repo, workflow_id: data.workflows[0].id };
		const runs = async () =>
			(await octokit.rest.actions.listWorkflowRuns(workflow)).data.total_count;
		const before = await runs();
		await octokit.rest.actions.createWorkflowDispatch({ ...workflow, ref: "main" });
		assert.equal(await runs(), before + 1, "a kept list was given again");
	});
	assert.deepEqual(arrived.map((one) => `${one.method} ${one.status}`),
		["GET 200", "GET 200", "POST 204", "GET 200"]);
});

test("GraphQL, and its errors", async () => {
	const { result, arrived } = await arrivedDuring(() => octokit.graphql(
		"query($owner: String!, $repo: String!) " +
		"{ repository(owner: $owner, name: $repo) { nameWithOwner } }", context.repo));
	assert.equal(result.repository.nameWithOwner, "octo-org/hello-world");
	assert.equal(arrived.length, 1);
	await assert.rejects(octokit.graphql("{ nothingSuch }"),
		(error) => error.name === "GraphqlResponseError");
});
