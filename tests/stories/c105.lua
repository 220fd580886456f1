-- c105: who leaves while it is looked what is behind a page leaves nothing behind.
local t = require "story"
local github = t.github { issues = 30, odd = { "bare_304" } }
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/hello-world/issues?state=all&direction=asc"
local function read_later()
	local reader = hub:send { method = "GET", path = path }
	hub:eventually("the look to go out", function() return #hub:show("tickets") == 1 end)
	return reader
end
hub:get(path):expect(200)
github:script { path = "/repos/octo-org/hello-world/issues", times = 1, delay_ms = 1000 }
local reader = read_later()
reader:leave()
t.clock:advance(2)
hub:eventually("the look to end", function() return #hub:show("tickets") == 0 end)
hub:get(path):expect(200):expect_match("Cache-Status", "fwd%-status=304")

-- a look that takes too long is not waited for
t.clock:advance(61)
github:script { path = "/repos/octo-org/hello-world/issues", times = 1, delay_ms = 30000 }
local waiting = read_later()
t.clock:advance(1)
waiting:expect_pending()
t.clock:advance(2)
waiting:expect(200):expect_match("Cache-Status", "fwd%-status=304")
