-- p002: without ratelimit nothing is paced, and the ledger still stops at the reserves and at 0.
local t = require "story"
local github = t.github { limit = 40, reset_after_s = 3600 }
local hub = t.hub { upstream = github, clock = "held", plugins = { "metrics", "cache" } }

local function ask(i, class)
	return hub:get("/repos/octo-org/hello-world/issues/" .. i,
		{ ["X-Hubgate-Priority"] = class })
end
for i = 1, 28 do ask(i, "low"):expect(200) end
ask(41, "low"):expect(429):expect_json { code = "no_budget" }
for i = 29, 40 do ask(i, "critical"):expect(200) end
ask(42, "critical"):expect(429):expect_json { code = "no_budget" }
github:expect_requests(40)
