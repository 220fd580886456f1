-- d226: those that waited for a reset do not all come in its first instant, and none is refused.
-- P26 of GitHub's pitfalls: everybody comes at the reset.
local t = require "story"
local github = t.github { limit = 150, reset_after_s = 30, response_min = "100ms",
	response_max = "100ms", odd = { "reset_jitter" } }
local hub = t.hub { upstream = github, clock = "held",
	config = { upstream = { max_connections = 256 } } }

local critical = { ["X-Hubgate-Priority"] = "critical" }
github:limit { limit = 150, remaining = 1, reset_in_s = 30 }
local function path(n) return "/repos/octo-org/hello-world/issues?per_page=1&page=" .. n end
local first = hub:get_later(path(200), critical)
t.clock:advance(1)
first:expect(200)
local waiting = {}
for n = 1, 120 do waiting[n] = hub:get_later(path(n), critical) end
github:expect_requests(1)
t.clock:advance(29)
github:expect_requests(1) -- the reset itself: GitHub's clocks do not agree on it
for _ = 1, 12 do t.clock:advance(1) end
for _, one in ipairs(waiting) do one:expect(200) end
github:expect_requests(121)
github:expect_refused(0)
local most = github:stats().max_concurrent
t.expect(most > 50 and most <= 100, most .. " at once")

-- nor more of one route in a minute than it bears, however long they have waited
github = t.github { limit = 300, route_points = 60 }
hub = t.hub { upstream = github, clock = "held", config = {
	dispatch = { deadline = "10min" }, secondary = { route_points = 50 } } }
github:limit { limit = 300, remaining = 1, reset_in_s = 30 }
hub:get(path(200), critical):expect(200)
for n = 1, 120 do waiting[n] = hub:get_later(path(n), critical) end
for _ = 1, 50 do t.clock:advance(5) end
for _, one in ipairs(waiting) do one:expect(200) end
github:expect_refused(0)
