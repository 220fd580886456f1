-- b021: a reply that GitHub cuts ends as cut, never as whole.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

github:script { path = "/repos/octo-org/hello-world/contents/cut", status = 200,
	body = ("x"):rep(100000), stall_after_bytes = 30000, stall_ms = 2000,
	cut_after_bytes = 50000 }
local conn = hub:get_later("/repos/octo-org/hello-world/contents/cut").conn
local head = conn:read_head()
t.expect_equal(head.status, 200, "the status")
t.clock:advance(2)
local whole = pcall(conn.read_body, conn, head, "GET")
t.expect(not whole, "the body looks whole")
t.expect(conn:wait_closed(), "the connection is still open")
