-- d224: without a token a 304 costs its point, and the gateway's own books say the same.
-- P24 of GitHub's pitfalls: 304s of who has no token are counted.
local t = require "story"
local github = t.github { limit = 60 }
local hub = t.hub { upstream = github, clock = "held", token = false,
	config = { dispatch = { deadline = "10min" } } }

local critical = { ["X-Hubgate-Priority"] = "critical" }
local path = "/repos/octo-org/hello-world/issues/7"
local first = hub:get(path, critical):expect(200)
local most = tonumber(first:header("X-RateLimit-Limit"))
t.expect_equal(most, 60, "what an address has")
for n = 2, most do
	hub:get(path, critical):expect(200):expect_match("Cache-Status", "fwd%-status=304")
		:expect_header("X-RateLimit-Remaining", most - n)
end
github:expect_spent(most)

-- so the next one waits, although it would be a 304
hub:get(path, critical):expect(429):expect_header("Retry-After")
github:expect_requests(most)
github:expect_refused(0)
t.clock:advance(3610)
hub:get(path, critical):expect(200)
github:expect_refused(0)
