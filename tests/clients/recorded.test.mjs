/*
 * Recorded answers of GitHub come through unchanged, but for the URLs that lead back to hubgate
 * and the entity tag of such a body.
 *
 * A small server replays the exchanges of @octokit/fixtures byte for byte; hubgate stands in front
 * of it. The recordings are normalised, and that is part of the test: x-ratelimit-reset is in
 * milliseconds (who takes it for seconds waits for 45,000 years), every ETag is the same.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import { after, before, test } from "node:test";
import { startHub } from "./hub.mjs";

/* All that may differ between what GitHub said and what the client reads. */
const ALLOWED = {
	/* of one connection, RFC 9110 7.6.1 and RFC 9112 6: hubgate's connection is another one */
	dropped: ["connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te",
		"trailer", "transfer-encoding", "upgrade"],
	/* the same length, or a chunked body: framing is each connection's own */
	framing: ["content-length", "transfer-encoding"],
	/* links that lead back through hubgate */
	rewritten: ["link", "location"],
	/* of JSON: GitHub's with a mark in its end, docs/decisions/003-entity-tags.md */
	marked: ["etag"],
	/* hubgate's own, documented in the README */
	added: ["x-request-id", "cache-status", "x-hubgate-wait-ms", "x-hubgate-credential",
		"ratelimit", "ratelimit-policy"],
};
/* Read as files: the package's own loader replaces Node's http. */
const RECORDINGS = new URL("node_modules/@octokit/fixtures/scenarios/api.github.com/",
	import.meta.url);
const NOT_LATER_THAN_MS = 5_000;

let upstream, hub;
let exchanges = []; /* what is still to be asked: in order */
const seen = []; /* what arrived */

function exchangesOf(scenario) {
	return JSON.parse(readFileSync(new URL(`${scenario}/normalized-fixture.json`, RECORDINGS)));
}

/* Method, path and query of the next exchange must be those asked. Its headers go out as they are
 * recorded, links lead to this server as GitHub's lead to GitHub. */
function replay(request, response) {
	const body = [];
	request.on("data", (piece) => body.push(piece));
	request.on("end", () => {
		seen.push({ method: request.method, url: request.url, headers: request.headers,
			body: Buffer.concat(body).toString() });
		const next = exchanges[0];
		if (next?.method.toUpperCase() !== request.method || next.path !== request.url) {
			response.writeHead(599).end(`expected ${next?.method} ${next?.path}`);
			return;
		}
		exchanges.shift();
		const headers = recordedHeaders(next);
		response.sendDate = false;
		response.writeHead(next.status, headers.flat());
		response.end(recordedBody(next));
	});
}

function githubsBase() {
	return `http://127.0.0.1:${upstream.address().port}`;
}

function recordedBody(exchange) {
	const text = typeof exchange.response === "string" ? exchange.response
		: JSON.stringify(exchange.response);
	return Buffer.from(text.replaceAll("https://api.github.com", githubsBase()));
}

function isJson(exchange) {
	return /json/.test(exchange.headers["content-type"]);
}

/* Only members are changed: a URL in a text stays GitHub's. */
function expectedBody(exchange) {
	const recorded = recordedBody(exchange);
	if (!isJson(exchange))
		return recorded;
	const members = new RegExp(`("(?:[^"\\\\]*_)?url":")${githubsBase()}(?=[/{?#"])`, "g");
	return Buffer.from(recorded.toString().replace(members, `$1${hub.base}`));
}

function recordedHeaders(exchange) {
	return Object.entries(exchange.headers).map(([name, value]) =>
		[name, String(value).replaceAll("https://api.github.com", githubsBase())]);
}

before(async () => {
	upstream = http.createServer(replay);
	await new Promise((resolve) => upstream.listen(0, "127.0.0.1", resolve));
	hub = await startHub({ upstream: githubsBase() });
});
after(async () => {
	await hub?.end();
	upstream.closeAllConnections();
	upstream.close();
});

function askRecorded(exchange) {
	const headers = { ...exchange.reqheaders, "user-agent": "recorded" };
	delete headers.host;
	return hub.ask({ method: exchange.method.toUpperCase(), path: exchange.path, headers,
		body: exchange.body ? JSON.stringify(exchange.body) : undefined });
}

function compareHeaders(exchange, reply) {
	const got = new Map(Object.entries(reply.headers));
	for (const [name, recorded] of recordedHeaders(exchange)) {
		if (ALLOWED.dropped.includes(name))
			continue;
		const expected = ALLOWED.rewritten.includes(name)
			? recorded.replaceAll(githubsBase(), hub.base)
			: recorded;
		if (ALLOWED.framing.includes(name) && (isJson(exchange) || !got.has(name)))
			continue; /* of other bytes, or not said */
		if (ALLOWED.marked.includes(name) && isJson(exchange)) {
			assert.match(got.get(name), /-hg1-[0-9a-f]{16}"$/);
			got.set(name, got.get(name).replace(/-hg1-[0-9a-f]{16}"$/, '"'));
		}
		assert.equal(got.get(name), expected, `${exchange.path}: ${name}`);
		got.delete(name);
	}
	for (const name of [...ALLOWED.added, ...ALLOWED.framing, ...ALLOWED.dropped])
		got.delete(name);
	assert.deepEqual([...got.keys()], [], `${exchange.path}: headers that GitHub did not send`);
}

/* Nothing comes twice, and nothing that was not recorded. */
function countNames(reply) {
	const names = reply.rawHeaders.filter((_, i) => i % 2 === 0)
		.map((name) => name.toLowerCase());
	assert.equal(new Set(names).size, names.length, `twice: ${names}`);
}

for (const scenario of ["get-repository", "get-content", "errors", "paginate-issues"]) {
	test(`${scenario} comes through unchanged`, async () => {
		const recorded = exchangesOf(scenario);
		assert.ok(recorded.length > 0);
		for (const exchange of recorded) {
			exchanges = [exchange];
			const begun = performance.now();
			const reply = await askRecorded(exchange);
			const tookMs = performance.now() - begun;
			assert.equal(reply.status, exchange.status, reply.body.toString());
			assert.ok(reply.body.equals(expectedBody(exchange)),
				`${exchange.path}: other bytes`);
			compareHeaders(exchange, reply);
			countNames(reply);
			assert.equal(exchanges.length, 0, "GitHub was asked");
			assert.ok(tookMs < NOT_LATER_THAN_MS, `${exchange.path} took ${tookMs} ms`);
		}
	});
}

test("a client follows the recorded links from page to page, through hubgate", async () => {
	const pages = exchangesOf("paginate-issues");
	exchanges = [...pages];
	/* another credential than above: nothing of it is in memory */
	const headers = { authorization: "token 0000000000000000000000000000000000000002",
		accept: "application/vnd.github.v3+json", "user-agent": "recorded" };
	let issues = 0;
	for (let url = `${hub.base}${pages[0].path}`; url;) {
		assert.ok(url.startsWith(`${hub.base}/`), url);
		const { pathname, search } = new URL(url);
		const reply = await hub.ask({ path: pathname + search, headers });
		assert.equal(reply.status, 200, reply.body.toString());
		issues += JSON.parse(reply.body).length;
		url = /<([^>]+)>; rel="next"/.exec(reply.headers.link ?? "")?.[1];
	}
	assert.equal(exchanges.length, 0, "every page was asked for");
	assert.equal(issues, pages.reduce((n, page) => n + page.response.length, 0));
});

test("what reaches GitHub is hubgate's request with the client's token", () => {
	/* GitHub takes both words, and the token is what must be the same */
	const own = seen.filter((request) =>
		/^(token|Bearer) 0{39}1$/.test(request.headers.authorization));
	assert.ok(own.length >= 9, `${own.length} of ${seen.length}`);
	for (const request of seen) {
		assert.match(request.headers["user-agent"], /^hubgate\//);
		assert.equal(`http://${request.headers.host}`, githubsBase());
		assert.ok(!("x-forwarded-for" in request.headers) && !("via" in request.headers));
	}
	const label = seen.find((request) => request.method === "POST");
	assert.deepEqual(JSON.parse(label.body), exchangesOf("errors")[0].body);
});
