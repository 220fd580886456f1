-- d014: a read that GitHub fails with 502 is tried again; its last failure is passed on.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = { dispatch = { retries = 2 } } }

github:script { path = "/users/octocat", status = 502, body = { message = "Bad Gateway" },
	times = 2 }
local lucky = hub:get_later("/users/octocat")
t.clock:advance(5)
lucky:expect(200)
github:expect_requests(3)

github:script { path = "/users/monalisa", status = 502, body = { message = "Bad Gateway" },
	times = 9 }
local unlucky = hub:get_later("/users/monalisa")
t.clock:advance(9)
unlucky:expect(502):expect_json { message = "Bad Gateway" }
github:expect_requests(3, { target = "/users/monalisa" })
