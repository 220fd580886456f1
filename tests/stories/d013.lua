-- d013: twenty readers wait for one transfer; the ones that leave do not take it with them.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/hello-world/issues/7"
github:script { path = path, delay_ms = 5000 }
local readers = {}
for i = 1, 20 do readers[i] = hub:get_later(path) end
for i = 1, 19 do readers[i]:leave() end
hub:eventually("19 tickets to be freed", function() return #hub:show("tickets") == 1 end)
t.clock:advance(5)
readers[20]:expect(200)
github:expect_requests(1)
