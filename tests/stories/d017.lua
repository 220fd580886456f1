-- d017: within a class the first to come is the first to go.
local t = require "story"
local github = t.github { limit = 3, reset_after_s = 30 }
local hub = t.hub { upstream = github, clock = "held", plugins = { "cache" },
	config = { dispatch = { max_concurrent = 1 } } }

for i = 1, 3 do hub:get("/repos/octo-org/hello-world/issues/" .. i):expect(200) end
local waiting = {}
for i = 11, 13 do
	waiting[#waiting + 1] = hub:get_later("/repos/octo-org/hello-world/issues/" .. i)
end
t.clock:advance(32)
for _, reader in ipairs(waiting) do reader:expect(200) end
local requests = github:requests()
for i = 4, 6 do
	t.expect_equal(requests[i].target, "/repos/octo-org/hello-world/issues/" .. i + 7,
		"number " .. i)
end
