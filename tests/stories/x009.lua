-- x009: a body that does not come is a 408 and a close, and nothing of it reaches GitHub.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local conn = hub:raw("POST /repos/octo-org/hello-world/issues HTTP/1.1\r\n" ..
	"Host: localhost\r\nContent-Length: 10\r\n\r\n{}")
t.clock:advance(29)
t.expect_equal(conn:fill(0), "timeout", "what came early")
t.clock:advance(1.1)
t.expect_equal(conn:read_head().status, 408, "the status")
t.expect(conn:wait_closed(), "the connection was kept")
github:expect_requests(0)
