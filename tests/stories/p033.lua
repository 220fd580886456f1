-- p033: a reply that a plugin aborts in its body is never taken for whole.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "stream" } }

local conn = hub:connect()
conn:send("GET /cut HTTP/1.1\r\nHost: localhost\r\n\r\n")
local head = conn:read_head()
t.expect_equal(head.status, 200, "the status")
local ok = pcall(conn.read_body, conn, head, "GET")
t.expect(not ok, "three of ten bytes were taken for a body")
hub:get("/repos/octo-org/hello-world"):expect(200)
