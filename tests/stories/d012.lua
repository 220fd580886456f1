-- d012: normal requests are paced by the strategy, critical ones are not.
local t = require "story"
local github = t.github { limit = 5000, reset_after_s = 3600 }
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { strategy = "conservative" } } }

-- the burst, and the first above it, which begins the intervals of 1.2 s
for i = 1, 11 do hub:get("/repos/octo-org/hello-world/issues/" .. i):expect(200) end
local paced = hub:get_later("/repos/octo-org/hello-world/issues/20")
paced:expect_pending()
hub:get("/repos/octo-org/hello-world/issues/21", { ["X-Hubgate-Priority"] = "critical" })
	:expect(200)
paced:expect_pending()
t.clock:advance(1)
paced:expect_pending()
t.clock:advance(0.2)
paced:expect(200)
