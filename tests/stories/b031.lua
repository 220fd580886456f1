-- b031: an upload goes up as it comes: every byte in its order, and hubgate holds a window of it.
local t = require "story"
local socket = require "socket"
local github = t.upstream()
local hub = t.hub { upstream = github.url, config = {
	dispatch = { window_bytes = "64KiB" }, http = { max_body_bytes = "1MiB" } } }
local PATH = "/repos/o/r/releases/1/assets?name=a%20b.tar.gz"
local DONE = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

local function bytes(n)
	local block = {}
	for i = 1, 4096 do block[i] = ("%015d\n"):format(i) end
	return table.concat(block):rep(n // 65536)
end

local function read_all(peer, n)
	local parts, have = {}, 0
	while have < n do
		if #peer.buffer == 0 then
			t.expect(peer:fill(20) == true, ("the upload broke off at %d"):format(have))
		end
		parts[#parts + 1], have = peer.buffer, have + #peer.buffer
		peer.buffer = ""
	end
	return table.concat(parts)
end

local function begin(method, path, fields)
	local client = hub:raw(("%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"):format(method, path,
		fields))
	return client
end

-- A client that waits for "100 Continue" is told so when GitHub's side is open.
local body = bytes(48 << 20)
local client = begin("POST", "/api/uploads" .. PATH, "Content-Type: application/gzip\r\n" ..
	"Content-Length: " .. #body .. "\r\nExpect: 100-continue\r\n")
local peer = github:accept()
local head = peer:read_request()
t.expect(head:find("POST " .. PATH .. " HTTP/1.1", 1, true), head)
t.expect(head:find("\r\nContent-Length: " .. #body .. "\r\n", 1, true), head)
t.expect(not head:find("Expect", 1, true), head)
t.expect(client:fill(20) == true and client.buffer:find("HTTP/1.1 100 Continue\r\n\r\n", 1, true),
	"no 100 Continue: " .. client.buffer)
client:send(body:sub(1, 1000))
t.expect_equal(read_all(peer, 1000), body:sub(1, 1000), "the first bytes")

-- GitHub reads nothing for a while: the client has to wait, not hubgate to remember.
local at = 1001
repeat
	local last, _, partial = client.sock:send(body, at)
	at = (last or partial or at - 1) + 1
	local _, writable = socket.select(nil, { client.sock }, 0.5)
until #writable == 0 or at > #body
t.expect(at < #body, "all of it was taken, and GitHub has read nothing")
t.expect(read_all(peer, at - 1001) == body:sub(1001, at - 1), "bytes were lost or changed")
local parts, have, rest = {}, 0, at
while have <= #body - rest do -- both sides by turns: one thread tells this story
	local last, _, partial = client.sock:send(body, at)
	at = (last or partial or at - 1) + 1
	t.expect(peer:fill(20) == true, "the upload broke off")
	parts[#parts + 1], have, peer.buffer = peer.buffer, have + #peer.buffer, ""
end
t.expect(table.concat(parts) == body:sub(rest), "the rest was lost or changed")
peer:send(DONE)
local reply = client:read_head()
t.expect_equal(reply.status, 201, "the status")
t.expect_equal(reply:header("X-Hubgate-Credential"), "main", "the credential")
client:read_body(reply)

-- The connection lives on, and a length that nobody knows goes up in chunks.
client:send("PUT /api/uploads/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n" ..
	"\r\n5\r\nhello\r\n")
head = peer:read_request()
t.expect(head:find("\r\nTransfer-Encoding: chunked\r\n", 1, true), head)
t.expect_equal(read_all(peer, 10), "5\r\nhello\r\n", "the first chunk")
client:send("3\r\nyou\r\n0\r\n\r\n")
t.expect_equal(read_all(peer, 13), "3\r\nyou\r\n0\r\n\r\n", "the rest")
peer:send(DONE)
t.expect_equal(client:read_head().status, 201, "the status")

-- What is too large to be kept goes the same way, whatever it is for.
local large = bytes(2 << 20)
client = begin("POST", "/repos/o/r/git/blobs", "Content-Length: " .. #large .. "\r\n")
head = peer:read_request() -- the same connection to GitHub
t.expect(head:find("\r\nContent-Length: " .. #large .. "\r\n", 1, true), head)
client:send(large)
t.expect(read_all(peer, #large) == large, "the blob was lost or changed")
peer:send(DONE)
t.expect_equal(client:read_head().status, 201, "the status")
