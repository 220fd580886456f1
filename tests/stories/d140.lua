-- d140: a date that is set, back or forward, gives nobody a budget and takes none away.
local t = require "story"
local LIMIT, HOUR = 10, 3600
local critical = { ["X-Hubgate-Priority"] = "critical", ["X-Hubgate-Deadline"] = "3000" }

-- The date of this machine jumps; GitHub's, which the simulator takes from it, does not.
for _, step_s in ipairs { 2 * HOUR, -2 * HOUR, 90, -90, 20 * HOUR, -20 * HOUR } do
	local github = t.github { limit = LIMIT, window = "600s" }
	local hub = t.hub { upstream = github, clock = "held" }
	local n = 0
	local function ask()
		n = n + 1
		return hub:get_later("/repos/octo-org/hello-world/issues/" .. n, critical)
	end
	github:limit { limit = LIMIT, remaining = LIMIT, reset_in_s = 500 }
	for _ = 1, LIMIT do ask():wait():expect(200) end
	t.clock:step(step_s)
	github:odd { "clock_skew", skew_s = -step_s }
	local waits = {}
	for k = 1, 5 do waits[k] = ask() end
	t.clock:advance(400)
	for _, one in ipairs(waits) do one:expect_pending() end
	t.expect_equal(github:stats().refused, 0, "refused, after " .. step_s .. " s,")
	for _ = 1, 20 do t.clock:advance(10) end
	for _, one in ipairs(waits) do one:expect(200) end
	t.expect_equal(github:stats().refused, 0, "refused at the reset, after " .. step_s .. " s,")
end
