-- x031: an upload that breaks off, lies or stalls ends clearly, and GitHub never has it for whole.
local t = require "story"
local github = t.upstream()
local hub = t.hub { upstream = github.url, clock = "held", config = {
	http = { max_body_bytes = "1KiB", max_upload_bytes = "1MiB" } } }

local function begin(fields, first)
	local client = hub:raw("POST /api/uploads/x HTTP/1.1\r\nHost: localhost\r\n" .. fields ..
		"\r\n" .. (first or ""))
	local peer = github:accept()
	peer:read_request()
	return client, peer
end

local function is_idle()
	return #hub:show("tickets") == 0 and #hub:show("requests") == 0
end

-- too large: said before anything is sent
local client = hub:raw("POST /api/uploads/x HTTP/1.1\r\nHost: localhost\r\n" ..
	"Content-Length: 1048577\r\n\r\n")
t.expect_equal(client:read_head().status, 413, "the status of what is too large")
hub:request { method = "POST", path = "/graphql", body = ("x"):rep(2000) }:expect(413)

-- the client leaves
local peer
client, peer = begin("Content-Length: 100\r\n", "half")
client:close()
t.expect(peer:wait_closed(), "GitHub still waits for the rest")
hub:eventually("it to be over", is_idle)

-- its chunks are malformed
client, peer = begin("Transfer-Encoding: chunked\r\n", "4\r\nhalf\r\nnonsense\r\n")
t.expect_equal(client:read_head().status, 400, "the status of nonsense")
t.expect(peer:wait_closed(), "GitHub still waits for the rest")
hub:eventually("it to be over", is_idle)

-- it is longer than allowed, and nobody could know
client, peer = begin("Transfer-Encoding: chunked\r\n")
client:send("100000\r\n" .. ("x"):rep(1 << 20) .. "\r\n1\r\ny\r\n")
while peer:fill(20) == true do peer.buffer = "" end
t.expect_equal(client:read_head().status, 413, "the status of what became too large")
hub:eventually("it to be over", is_idle)

-- a slow client has as long as pieces come, whatever the deadline of requests says, …
client, peer = begin("Content-Length: 100\r\n")
for _ = 1, 6 do
	client:send("0123456789")
	t.expect(peer:fill(20) == true, "the piece did not come")
	t.clock:advance(20)
end
-- … and no longer
t.clock:advance(11)
t.expect_equal(client:read_head().status, 408, "the status of what stalled")
t.expect(peer:wait_closed(), "GitHub still waits for the rest")
hub:eventually("it to be over", is_idle)

-- GitHub says no before it has all
client, peer = begin("Content-Length: 100\r\n", "half")
peer:send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
t.expect_equal(client:read_head().status, 403, "the status of GitHub's no")
peer:close()
client:close() -- the rest of so small a body is waited for, to keep the connection
hub:eventually("it to be over", is_idle)

-- GitHub breaks off: told at once, and not tried again with half of it gone
client, peer = begin("Content-Length: 100\r\n", "half")
t.expect(#peer.buffer > 0 or peer:fill(20) == true, "the piece did not come")
peer:close()
t.expect_equal(client:read_head().status, 502, "the status of what broke")
client:close()
hub:eventually("it to be over", is_idle)

-- all has come and GitHub is silent
client, peer = begin("Content-Length: 4\r\n", "1234")
t.expect(#peer.buffer > 0 or peer:fill(20) == true, "the piece did not come")
t.clock:advance(13)
t.expect_equal(client:read_head().status, 504, "the status of silence")
peer:close()
