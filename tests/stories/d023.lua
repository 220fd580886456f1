-- d023: each class stops at its reserve, what is left is for those above it, and `show` says so.
local t = require "story"
local github = t.github { limit = 100, reset_after_s = 600 }
local hub = t.hub { upstream = github, clock = "held", plugins = {} }
local function path(i) return "/repos/octo-org/hello-world/issues/" .. i end
local function as(class, deadline)
	return { ["X-Hubgate-Priority"] = class, ["X-Hubgate-Deadline"] = deadline }
end

hub:get(path(1)):expect(200)
github:limit { resource = "core", limit = 100, remaining = 31, reset_in_s = 600 }
hub:get(path(2), as("low", "10s")):expect(200) -- the 31st, and then there are 30
local patient = hub:get_later(path(3), as("low", "3000s"))
patient:expect_pending()
local told = hub:get(path(4), as("low", "10s")):expect(429)
told:expect_json { code = "no_budget" }
t.expect(tonumber(told:header("Retry-After")) >= 600, "an early Retry-After")
t.expect(told.body:find("Class low stops at 30 % of the core budget", 1, true), told.body)

local queue = hub:show("queues")[1]
t.expect_equal(queue.low.stop, "reserve", "what low waits for")
t.expect_equal(queue.normal.stop, "none", "what normal waits for")
t.expect_equal(hub:show("tickets")[1].waits_for, "reserve", "what the ticket waits for")

hub:get(path(5), as("normal", "10s")):expect(200)
github:limit { resource = "core", limit = 100, remaining = 11, reset_in_s = 600 }
hub:get(path(6), as("normal", "10s")):expect(200)
hub:get(path(7), as("normal", "10s")):expect(429)
hub:get(path(8), as("high", "10s")):expect(200)
github:limit { resource = "core", limit = 100, remaining = 6, reset_in_s = 600 }
hub:get(path(9), as("high", "10s")):expect(200)
hub:get(path(10), as("high", "10s")):expect(429)
for i = 11, 15 do hub:get(path(i), as("critical", "10s")):expect(200) end
hub:get(path(16), as("critical", "10s")):expect(429)

t.clock:advance(603)
patient:expect(200)
