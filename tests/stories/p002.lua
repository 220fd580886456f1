-- p002: without ratelimit nothing is paced, and the ledger still stops at 0.
local t = require "story"
local github = t.github { limit = 40, reset_after_s = 3600 }
local hub = t.hub { upstream = github, clock = "held", plugins = { "metrics", "cache" } }

for i = 1, 40 do
	hub:get("/repos/octo-org/hello-world/issues/" .. i, { ["X-Hubgate-Priority"] = "low" })
		:expect(200)
end
hub:get("/repos/octo-org/hello-world/issues/41"):expect(429):expect_json { code = "no_budget" }
github:expect_requests(40)
