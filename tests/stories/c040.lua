-- c040: every reply tells the budget in the IETF's words too, from GitHub or from memory.
local t = require "story"
local github = t.github { limit = 60, reset_after_s = 1800 }
local hub = t.hub { upstream = github, clock = "held" }

hub:get("/repos/octo-org/hello-world"):expect(200)
	:expect_header("RateLimit-Policy", '"core";q=60;w=3600')
	:expect_header("RateLimit", '"core";r=59;t=1800')
t.clock:advance(10)
hub:get("/repos/octo-org/hello-world"):expect(200):expect_match("Cache-Status", "hit")
	:expect_header("RateLimit-Policy", '"core";q=60;w=3600')
	:expect_header("RateLimit", '"core";r=59;t=1790')
	:expect_header("X-RateLimit-Remaining", "59")
github:expect_requests(1)
