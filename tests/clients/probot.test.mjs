/*
 * probot, a GitHub App as its users write one, with nothing changed but GHE_HOST and GHE_PROTOCOL.
 *
 * A signed webhook comes in, the app mints a token of its installation and answers: each of these
 * requests passes through hubgate, as what the simulated GitHub's journal has of them shows.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import http from "node:http";
import { after, before, test } from "node:test";
import { createNodeMiddleware, createProbot } from "probot";
import { ask, GATEWAY_TOKEN, startHub } from "./hub.mjs";

const SECRET = "the secret of these tests";
const REPOSITORY = { name: "hello-world", full_name: "octo-org/hello-world",
	owner: { login: "octo-org" } };
const OWN_AGENT = /^hubgate\//;
let hub, probot, server, installation;
const read = []; /* what the app saw of GitHub */
const failed = [];

/* An app of three events: it comments, it counts pages, it asks by GraphQL. */
function app(robot) {
	robot.onError((error) => failed.push(error));
	robot.on("issues.opened", async (context) => {
		const { data } = await context.octokit.rest.issues.createComment(
			context.issue({ body: "Thank you" }));
		read.push(data);
	});
	robot.on("push", async (context) => {
		const { data } = await context.octokit.rest.repos.get(context.repo());
		assert.equal(data.full_name, REPOSITORY.full_name);
		read.push(await context.octokit.paginate(context.octokit.rest.issues.listForRepo,
			context.repo({ state: "all", per_page: 30 })));
	});
	robot.on("star.created", async (context) => {
		read.push(await context.octokit.graphql(
			"query($o: String!, $n: String!) { repository(owner: $o, name: $n) " +
			"{ nameWithOwner } }", { o: "octo-org", n: "hello-world" }));
	});
}

before(async () => {
	hub = await startHub({ simulator: { issues: 95 } });
	/* the form in which GitHub hands out the key of an App */
	const key = execFileSync("openssl", ["genrsa", "-traditional", "2048"],
		{ stdio: ["ignore", "pipe", "ignore"] }).toString();
	probot = createProbot({ env: { APP_ID: "1", PRIVATE_KEY: key, WEBHOOK_SECRET: SECRET,
		GHE_HOST: `127.0.0.1:${hub.port}`, GHE_PROTOCOL: "http", LOG_LEVEL: "fatal" } });
	const middleware = await createNodeMiddleware(app, { probot });
	server = http.createServer((request, response) =>
		middleware(request, response, () => response.writeHead(404).end()));
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	const asApp = await probot.auth();
	const { data } = await asApp.rest.apps.listInstallations();
	installation = data.find((one) => one.account.login === "octo-org");
});
after(async () => {
	server?.close();
	await hub?.end();
});

/* A delivery of GitHub's; the answer of the app's server, and what reached GitHub meanwhile. */
async function deliver(event, payload, secret = SECRET) {
	const body = JSON.stringify({ ...payload, repository: REPOSITORY,
		installation: { id: installation.id } });
	const signature = createHmac("sha256", secret).update(body).digest("hex");
	const mark = await hub.served();
	read.length = failed.length = 0;
	const { status } = await ask({ host: "127.0.0.1", port: server.address().port },
		{ method: "POST", path: "/api/github/webhooks", body, headers: {
			"content-type": "application/json", "x-github-event": event,
			"x-github-delivery": `${event}-${mark}`,
			"x-hub-signature-256": `sha256=${signature}` } });
	return { status, arrived: await hub.requestsSince(mark) };
}

function assertOurs(arrived, lines) {
	assert.deepEqual(failed, []);
	/* GitHub's links name a repository by its number */
	const asked = arrived.map((one) => `${one.method} ${one.target} ${one.status}`
		.replace(/\/repositories\/\d+\//, "/repos/octo-org/hello-world/"));
	assert.deepEqual(asked, lines);
	for (const one of arrived)
		assert.match(one.user_agent, OWN_AGENT);
}

test("the App is asked for as itself, by its JSON Web Token", async () => {
	const asApp = await probot.auth();
	const mark = await hub.served();
	const { data } = await asApp.rest.apps.getAuthenticated();
	assert.equal(data.slug, "octo-app");
	assertOurs(await hub.requestsSince(mark), ["GET /app 200"]);
});

test("a signed webhook mints the installation's token once, and comments with it", async () => {
	const comments = "/repos/octo-org/hello-world/issues/7/comments";
	const opened = { action: "opened", issue: { number: 7 } };
	const first = await deliver("issues", opened);
	assert.equal(first.status, 200);
	assertOurs(first.arrived, [
		`POST /app/installations/${installation.id}/access_tokens 201`,
		`POST ${comments} 201`]);
	const [byApp, byInstallation] = first.arrived.map((one) => one.token_hash);
	const gateways = createHash("sha256").update(GATEWAY_TOKEN).digest("base64");
	assert.equal(new Set([byApp, byInstallation, gateways]).size, 3);
	assert.equal(read[0].body, "Thank you");
	assert.ok(read[0].url.startsWith(`${hub.base}/api/v3/`), read[0].url);

	const second = await deliver("issues", opened);
	assertOurs(second.arrived, [`POST ${comments} 201`]);
	assert.equal(second.arrived[0].token_hash, byInstallation);
});

/* probot marks each request with the webhook's delivery: that must not part equal ones. */
test("reads and pages of one webhook are known when the next one asks", async () => {
	const repo = "/repos/octo-org/hello-world";
	const pages = (how) => ["", "&page=2", "&page=3", "&page=4"].map((page) =>
		`GET ${repo}/issues?state=all&per_page=30${page} ${how}`);
	const { status, arrived } = await deliver("push", {});
	assert.equal(status, 200);
	assertOurs(arrived, [`GET ${repo} 200`, ...pages(200)]);
	assert.equal(new Set(read[0].map((issue) => issue.number)).size, 95);

	const again = await deliver("push", {});
	assertOurs(again.arrived, pages(304)); /* issues are asked for each time, for no points */
	assert.equal(read[0].length, 95);
});

test("GraphQL goes through the Enterprise face", async () => {
	const { status, arrived } = await deliver("star", { action: "created" });
	assert.equal(status, 200);
	assertOurs(arrived, ["POST /graphql 200"]);
	assert.deepEqual(read[0], { repository: { nameWithOwner: "octo-org/hello-world" } });
});

test("a webhook with another's signature is refused by probot, and asks for nothing", async () => {
	const { status, arrived } = await deliver("push", {}, "not the secret");
	assert.equal(status, 400);
	assert.deepEqual([arrived, read], [[], []]);
});
