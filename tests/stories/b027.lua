-- b027: chunks that break off at GitHub break off at the client.
local t = require "story"
local upstream = t.upstream()
local hub = t.hub { upstream = upstream.url, token = false }

local conn = hub:send { path = "/users/octocat" }.conn
local server = upstream:accept()
server:read_request()
server:send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
local head = conn:read_head()
t.expect_equal(head.status, 200, "the status")
server:close()
local whole = pcall(conn.read_body, conn, head, "GET")
t.expect(not whole, "the body looks whole")
t.expect(conn:wait_closed(), "the connection is still open")
