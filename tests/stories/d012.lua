-- d012: normal requests are paced by the strategy, critical ones are not.
local t = require "story"
local github = t.github { limit = 5000, reset_after_s = 3600 }
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { strategy = "conservative" } } }

for i = 1, 10 do hub:get("/repos/octo-org/hello-world/issues/" .. i):expect(200) end
local paced = hub:get_later("/repos/octo-org/hello-world/issues/11")
paced:expect_pending()
hub:get("/repos/octo-org/hello-world/issues/12", { ["X-Hubgate-Priority"] = "critical" })
	:expect(200)
paced:expect_pending()
t.clock:advance(5)
paced:expect(200)
