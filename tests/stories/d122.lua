-- d122: what a secondary limit holds is told which one, how much of it is used, and until when.
local t = require "story"
local github = t.github { route_points = 20 }
local hub = t.hub { upstream = github, clock = "held",
	config = { secondary = { route_points = 5 } } }

local path = "/repos/octo-org/hello-world/labels?per_page="
for n = 1, 5 do hub:get(path .. n):expect(200) end
local held = hub:get_later(path .. 6, { ["X-Request-Id"] = "held-1",
	["X-Hubgate-Deadline"] = "5min" })

local now = hub:admin("GET", "/explain/held-1"):expect(200):json().now[1]
t.expect_equal(now.waits_for, "limit", "what it waits for")
local limit = now.payers[1].secondary
t.expect_equal(limit.limit_of, "route", "which limit")
t.expect_equal(limit.used, 5, "used")
t.expect_equal(limit.limit, 5, "limit")
t.expect_equal(limit.window_s, 60, "in a minute")
local said = hub:command { "explain", "held-1" }
t.expect(said:find("main: secondary limit (route: 5 of 5)", 1, true), said)
local identity = hub:show("identities")[1]
t.expect_equal(identity.closest, "route", "closest to its limit")
t.expect_equal(identity.closest_share, 1, "how close")
t.expect_equal(hub:get("/metrics"):expect(200).body:match(
	'hubgate_waiting{reason="limit"} (%d+)'), "1", "waiting, by metric")

-- other routes go on meanwhile, and it goes when it was said
hub:get("/users/octocat"):expect(200)
t.clock:advance((now.payers[1].opens_in_ms - 1) / 1000)
held:expect_pending()
t.clock:advance(0.001)
held:expect(200)
local past = hub:admin("GET", "/explain/held-1"):expect(200):json().past
t.expect_equal(past.waits[#past.waits]["for"], "limit", "what it waited for")
t.expect(math.abs(past.waited_ms - now.payers[1].opens_in_ms) <= 1, past.waited_ms)
github:expect_refused(0)
