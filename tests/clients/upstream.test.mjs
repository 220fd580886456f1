/*
 * The way to GitHub: TLS that is verified, HTTP/2 where it is offered, a proxy that sees nothing.
 *
 * GitHub is a small server here that speaks HTTP/2 and HTTP/1.1 over TLS, with a certificate of an
 * authority made for the run.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { GATEWAY_TOKEN, startHub } from "./hub.mjs";

const NAME = "github.test"; /* no such name: only the proxy knows where it is */
const folder = mkdtempSync(join(tmpdir(), "hubgate-upstream-"));
const caFile = join(folder, "ca.pem");
const seen = []; /* requests that reached GitHub */
const tunnels = []; /* what the proxy was asked for */
let github, proxy;

function openssl(...args) {
	execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
}

function makeCertificates() {
	openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
		"/CN=test CA", "-keyout", "ca.key", "-out", "ca.pem");
	openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=${NAME}`,
		"-keyout", "key.pem", "-out", "request.pem");
	writeFileSync(join(folder, "names"), `subjectAltName=DNS:${NAME},IP:127.0.0.1\n`);
	openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-days",
		"2", "-CAcreateserial", "-extfile", "names", "-out", "cert.pem");
}

function answer(request, response) {
	seen.push({ version: request.httpVersion, path: request.url,
		authorization: request.headers.authorization });
	response.writeHead(200, { "content-type": "application/json" });
	response.end(JSON.stringify({ path: request.url }));
}

function listen(server) {
	return new Promise((resolve) => {
		server.listen(0, "127.0.0.1", () => resolve(server.address().port));
	});
}

/* A proxy that opens tunnels to our GitHub, whatever name it is asked for. */
function startProxy(githubPort) {
	const server = http.createServer((request, response) => response.writeHead(500).end());
	server.on("connect", (request, client) => {
		tunnels.push({ target: request.url, authorization: request.headers.authorization });
		const up = net.connect(githubPort, "127.0.0.1", () => {
			client.write("HTTP/1.1 200 Connection established\r\n\r\n");
			up.pipe(client).pipe(up);
		});
		for (const end of [up, client])
			end.on("error", () => { up.destroy(); client.destroy(); });
	});
	return server;
}

before(async () => {
	makeCertificates();
	github = http2.createSecureServer({ allowHTTP1: true, cert: readFileSync(join(folder,
		"cert.pem")), key: readFileSync(join(folder, "key.pem")) }, answer);
	await listen(github);
	proxy = startProxy(github.address().port);
	await listen(proxy);
});

after(() => {
	github.close();
	proxy.close();
	rmSync(folder, { recursive: true, force: true });
});

async function askThrough(upstream, path) {
	const hub = await startHub({ upstream: upstream.base_url, config: { upstream } });
	try {
		return await hub.ask({ path });
	} finally {
		await hub.end();
	}
}

function base() {
	return `https://127.0.0.1:${github.address().port}`;
}

test("an authority of one's own is trusted, and HTTP/2 is spoken", async () => {
	const reply = await askThrough({ base_url: base(), ca_file: caFile }, "/repos/o/two");
	assert.equal(reply.status, 200, reply.body.toString());
	assert.deepEqual(seen.at(-1), { version: "2.0", path: "/repos/o/two",
		authorization: `Bearer ${GATEWAY_TOKEN}` });
});

test("HTTP/1.1 is spoken when HTTP/2 is switched off", async () => {
	const reply = await askThrough({ base_url: base(), ca_file: caFile, http2: "false" },
		"/repos/o/one");
	assert.equal(reply.status, 200, reply.body.toString());
	assert.equal(seen.at(-1).version, "1.1");
});

test("an unknown authority is refused, and nothing is sent", async () => {
	const before = seen.length;
	const reply = await askThrough({ base_url: base() }, "/repos/o/nobody");
	assert.equal(reply.status, 502);
	assert.match(JSON.parse(reply.body).message, /certificate/i);
	assert.equal(seen.length, before);
});

test("a proxy opens a tunnel and sees no credential", async () => {
	const reply = await askThrough({ base_url: `https://${NAME}`, ca_file: caFile,
		proxy: `http://127.0.0.1:${proxy.address().port}` }, "/repos/o/tunnel");
	assert.equal(reply.status, 200, reply.body.toString());
	assert.deepEqual(tunnels, [{ target: `${NAME}:443`, authorization: undefined }]);
	assert.equal(seen.at(-1).path, "/repos/o/tunnel");
});
