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
let n_clients = 0;

before(async () => {
	hub = await startHub({ simulator: { issues: 95 } });
});
after(() => hub?.end());

/* One whose time the test moves, and that has learned nothing from others. */
async function startHeld(t, how) {
	const held = await startHub({ simulator: {}, ...how, clock: "held" });
	t.after(() => held.end());
	return held;
}

/* An Octokit whose throttling tells of each limit that it believes to have met. What it paces, it
 * paces by `id`, and repeats after milliseconds instead of seconds. */
function client(base = hub.base) {
	const met = [];
	const note = (kind) => (afterS, options) => {
		met.push(`${kind} ${options.method} ${options.url} ${afterS}`);
		return false;
	};
	const octokit = new Patient({ baseUrl: base, retry: { retryAfterBaseValue: 1 }, throttle: {
		id: `client-${n_clients++}`, onRateLimit: note("primary"),
		onSecondaryRateLimit: note("secondary") } });
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

function statuses(requests) {
	return requests.map((one) => `${one.method} ${one.status}`);
}

const SECONDARY = { message: "You have exceeded a secondary rate limit. Please wait." };

test("a secondary limit is waited out by hubgate: the client sees the answer only", async (t) => {
	const held = await startHeld(t);
	const { octokit, met } = client(held.base);
	const mark = await held.served();
	await held.github("script", { match: { path: "/users/octocat" }, answer: { status: 403,
		headers: { "Retry-After": "30" }, body: SECONDARY } });
	const answer = octokit.rest.users.getByUsername({ username: "octocat" });
	await held.until("the request waits", async () =>
		(await held.show("tickets")).some((ticket) => ticket.state === "parked"));
	await held.advance(29);
	assert.deepEqual(statuses(await held.requestsSince(mark)), ["GET 403"]);
	await held.advance(3);
	assert.equal((await answer).data.login, "octocat");
	assert.deepEqual(statuses(await held.requestsSince(mark)), ["GET 403", "GET 200"]);
	assert.deepEqual(met, []);
});

/* Longer than dispatch.deadline: hubgate says so at once, in words that the plugin knows. */
test("a limit that outlasts the deadline is the client's to wait for, and it knows", async (t) => {
	const held = await startHeld(t);
	const { octokit, met } = client(held.base);
	const read = (username) => octokit.rest.users.getByUsername({ username,
		request: { retries: 0 } });
	await held.github("script", { match: { path: "/users/hubot" }, answer: { status: 403,
		headers: { "Retry-After": "120" }, body: SECONDARY } });
	await assert.rejects(read("hubot"), (error) => error.status === 403); /* GitHub's */
	await assert.rejects(read("monalisa"), (error) => error.status === 429); /* hubgate's */
	assert.match(met.join(), /^secondary GET \S+ 120,secondary GET \S+ 12\d$/);
	await held.advance(125);

	met.length = 0;
	await held.github("limit", { resource: "core", remaining: 0 });
	await assert.rejects(read("user-3"), (error) => error.status === 403);
	await assert.rejects(read("monalisa"), (error) => error.status === 429);
	assert.match(met.join(), /^primary GET \S+ \d+,primary GET \S+ \d+$/);
	await held.advance(3700);
	assert.equal((await read("monalisa")).status, 200);
});

test("GitHub's failures between two pages do not end the paging", async () => {
	const { octokit, met } = client();
	const mark = await hub.served();
	const page = (n) => ({ match: { path: `*/issues?*page=${n}` } });
	await hub.github("script", { ...page(2), answer: { status: 502 } });
	await hub.github("script", { ...page(3), answer: { close: true } });
	const issues = await octokit.paginate(octokit.rest.issues.listForRepo,
		{ ...REPO, state: "all", sort: "updated", per_page: 30 });
	assert.equal(new Set(issues.map((issue) => issue.number)).size, 95);
	assert.deepEqual((await hub.requestsSince(mark)).map((one) => one.status),
		[200, 502, 200, 0, 200, 200]);
	assert.deepEqual(met, []);
});

/* Clients with both plugins, each with its ten at once, until all have their answers. Time moves
 * whenever some of them wait, first when `together` do. Returns what GitHub counted meanwhile. */
async function work(crowd, { clients, reads, read, together = 0 }) {
	await crowd.github("stats", {});
	const all = Array.from({ length: clients }, async (_, who) => {
		const { octokit, met } = client(crowd.base);
		const replies = await Promise.all(Array.from({ length: reads },
			(__, n) => read(octokit, who * reads + n + 1)));
		return { replies, met };
	});
	await crowd.until(`${together} wait`, async () =>
		(await crowd.show("tickets")).length >= together);
	let over = false;
	const done = Promise.all(all).finally(() => { over = true; });
	const waits = async () => (await crowd.github("state")).held > 0 ||
		(await crowd.show("tickets")).some((one) => /^(parked|queued)$/.test(one.state));
	for (let moved = 0; !over && moved < 1000; moved++) {
		await crowd.until("somebody waits, or all is done", async () => over || waits());
		if (!over)
			await crowd.advance(1);
	}
	for (const { replies, met } of await done) {
		assert.ok(replies.every((reply) => reply.status === 200));
		assert.deepEqual(met, [], "a plugin believes to have met a limit");
	}
	return crowd.github("stats");
}

const readIssue = (octokit, n) => octokit.rest.issues.get({ ...REPO, issue_number: n,
	headers: { "x-hubgate-priority": "critical" } });

test("clients work on over an empty budget, and GitHub has nothing to refuse", async (t) => {
	const crowd = await startHeld(t,
		{ simulator: { issues: 300, limit: 100, window: "40s" } });
	const stats = await work(crowd, { clients: 3, reads: 80, read: readIssue });
	assert.equal(stats.refused, 0);
	assert.equal(stats.points.core, 240, "each was asked for once");
});

test("more clients at once than GitHub bears are let through as many as it does", async (t) => {
	const crowd = await startHeld(t, { config: { upstream: { max_connections: 256 } },
		simulator: { issues: 300, response_min: "300ms", response_max: "500ms" } });
	const stats = await work(crowd, { clients: 14, reads: 10, read: readIssue,
		together: 140 });
	assert.equal(stats.refused, 0);
	assert.ok(stats.max_concurrent > 60 && stats.max_concurrent <= 100,
		`${stats.max_concurrent} at once`);
	assert.equal(stats.points.core, 140, "each was asked for once");
});

test("more reads of a route than it bears in a minute take longer, and none is refused",
	async (t) => {
		const crowd = await startHeld(t, { simulator: { issues: 200, route_points: 90 },
			config: { dispatch: { deadline: "10min" },
				secondary: { route_points: 85 } } });
		const stats = await work(crowd, { clients: 2, reads: 100, read: readIssue });
		assert.equal(stats.refused, 0);
		assert.equal(stats.points.core, 200, "each was asked for once");
	});

test("a limit that nobody is told of is met once, and then kept", async (t) => {
	const crowd = await startHeld(t, { config: { dispatch: { deadline: "30min" } },
		simulator: { issues: 200, hidden: ["GET /repos/*/issues/*=30"] } });
	const stats = await work(crowd, { clients: 2, reads: 100, read: readIssue });
	assert.equal(stats.points.core, 200, "each was answered once");
	/* the one that found it out, and who was under way with it; nobody a minute later */
	const { requests } = await crowd.github("requests?max=1000");
	const at = requests.filter((one) => one.status === 403).map((one) => one.at_us / 1e6);
	assert.equal(at.length, stats.refused);
	assert.ok(at.length > 0 && Math.max(...at) - Math.min(...at) <= 2, `refused at ${at}`);
});

test("a write that fails is not repeated by hubgate: the client decides", async () => {
	const { octokit, met } = client();
	const change = (retries) => octokit.rest.issues.update({ ...REPO, issue_number: 4,
		title: "Changed", request: { retries } });
	await hub.github("script", { match: { method: "PATCH", path: "*" }, times: 2,
		answer: { status: 502 } });
	let mark = await hub.served();
	await assert.rejects(change(0), (error) => error.status === 502);
	assert.deepEqual(statuses(await hub.requestsSince(mark)), ["PATCH 502"]);
	mark = await hub.served();
	assert.equal((await change(3)).data.title, "Changed");
	assert.deepEqual(statuses(await hub.requestsSince(mark)), ["PATCH 502", "PATCH 200"]);
	assert.deepEqual(met, []);
});
