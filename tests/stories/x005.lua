-- x005: a head that does not end is a 408 and a close.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local conn = hub:raw("GET /repos/octo-org/hello-world HTTP/1.1\r\nHost: local")
t.clock:advance(9)
t.expect_equal(conn:fill(0), "timeout", "what came early")
t.clock:advance(1.1)
t.expect_equal(conn:read_head().status, 408, "the status")
t.expect(conn:wait_closed(), "the connection was kept")
github:expect_requests(0)
