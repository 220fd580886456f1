-- x013: a thousand clients that leave at any moment leave nothing behind.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

github:script { path = "*/issues/1?", delay_ms = 30, times = 100 }
local n = 1 -- not random: a story that fails fails again
local function pick(most)
	n = (n * 1103515245 + 12345) % 2147483648
	return n // 65536 % most
end

for _ = 1, 1000 do
	local number = 1 + pick(40)
	local one = hub:send { path = "/repos/octo-org/hello-world/issues/" .. number,
		headers = { ["X-Hubgate-Priority"] = "high" } }
	local how = pick(4)
	if how == 0 then
		one:leave()
	elseif how == 1 then
		one.conn:fill(10)
		one:leave()
	elseif how == 2 then
		one:expect(200)
	end -- else it stays until the story ends
end
hub:get("/repos/octo-org/hello-world"):expect(200)
