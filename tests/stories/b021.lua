-- b021: a reply that GitHub cuts ends as cut, never as whole.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

github:script { path = "/repos/octo-org/hello-world/contents/cut", status = 200,
	body = ("x"):rep(100000), cut_after_bytes = 50000, times = 10 }
local conn = hub:send { path = "/repos/octo-org/hello-world/contents/cut" }.conn
local head = conn:read_head()
t.expect_equal(head.status, 200, "the status")
local whole = pcall(conn.read_body, conn, head, "GET")
t.expect(not whole, "the body looks whole")
t.expect(conn.eof, "the connection is still open")
