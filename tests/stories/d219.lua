-- d219: who has waited as long as he may is told when to come back, and is not let go upstream.
-- P19 of GitHub's pitfalls: a queue that lets go of everything after its longest wait.
local t = require "story"
local github = t.github { limit = 5, reset_after_s = 300 }
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { deadline = "30s" } } }

local critical = { ["X-Hubgate-Priority"] = "critical" }
for n = 1, 5 do hub:get("/repos/octo-org/hello-world/issues/" .. n, critical):expect(200) end

-- the window is known to open too late for these: at once
for n = 1, 10 do
	local told = hub:get("/repos/octo-org/hello-world/issues/" .. 10 + n, critical):expect(429)
	local after_s = tonumber(told:header("Retry-After"))
	t.expect(after_s and after_s >= 295 and after_s <= 310,
		"Retry-After is " .. tostring(after_s))
end
github:expect_requests(5)

-- and for those that could hope, and then a refusal took it from them
t.clock:advance(280)
local hopeful = {}
for n = 1, 20 do
	hopeful[n] = hub:get_later("/repos/octo-org/hello-world/issues/" .. 30 + n, critical)
end
github:limit { remaining = 0, reset_in_s = 100 }
t.clock:advance(60)
local told = 0
for _, one in ipairs(hopeful) do
	local status = one:wait().status
	if status == 429 then
		one:wait():expect_header("Retry-After")
		told = told + 1
	end
end
t.expect(told >= 15, "only " .. told .. " were told by the gateway")
-- the few that found out, and nobody after them
t.expect(#github:requests() <= 10, #github:requests() .. " requests reached GitHub")
t.expect(github:stats().refused <= 5, github:stats().refused .. " refusals")
