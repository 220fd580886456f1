-- d120: explain says of a parked request which budget is spent and until when, and it comes true.
local t = require "story"
local github = t.github { limit = 5, reset_after_s = 600 }
local hub = t.hub { upstream = github, clock = "held" }

local function explain(id) return hub:admin("GET", "/explain/" .. id):expect(200):json() end

for n = 1, 5 do hub:get("/repos/octo-org/hello-world/commits?per_page=" .. n):expect(200) end
local before = hub:show("budgets")[1]
t.expect_equal(before.remaining, 0, "left before")
local parked = hub:get_later("/users/octocat", { ["X-Request-Id"] = "parked-1",
	["X-Hubgate-Deadline"] = "30min", ["X-Hubgate-Priority"] = "critical" })
t.clock:advance(10)

local now = explain("parked-1").now[1]
t.expect_equal(now.state, "parked", "state")
t.expect_equal(now.waits_for, "empty", "what it waits for")
t.expect_equal(now.waited_for_ms.empty, 10000, "how long")
t.expect_equal(now.ahead.all, 0, "ahead")
local payer = now.payers[1]
t.expect_equal(payer.limit, 5, "limit")
t.expect_equal(payer.remaining, 0, "left")
t.expect_equal(payer.reset, before.reset, "reset")
-- the reset, a second and some jitter
t.expect(payer.opens_in_ms > 590000 and payer.opens_in_ms <= 600000, payer.opens_in_ms)
t.expect_equal(now.in_time, true, "before its deadline")
local said = hub:command { "explain", "parked-1" }
t.expect(said:find("class critical waits 10.0 s for core: budget spent", 1, true), said)
t.expect(said:find("core 0 of 5 left, resets " .. before.reset, 1, true), said)

-- who asks is told of its own, and of no other's
hub:get("/api/github/explain/parked-1"):expect(200)
hub:get("/api/github/explain/nobodys"):expect(404)
local other = { Authorization = "Bearer ghp_storyOwnStoryOwnStoryOwnStoryOwn0000" }
hub:get("/api/github/explain/parked-1", other):expect(404)

t.clock:advance(payer.opens_in_ms / 1000 - 1)
parked:expect_pending()
t.clock:advance(2)
parked:expect(200)
local past = explain("parked-1").past
t.expect_equal(past.state, "done", "state afterwards")
t.expect_equal(past.client, "local", "whose")
t.expect_equal(past.waits[1]["for"], "empty", "what it waited for")
t.expect(math.abs(past.waits[1].ms - 10000 - payer.opens_in_ms) <= 1, "what was said came true")
t.expect_equal(past.waits[2], nil, "nothing else")
t.expect_equal(past.tries[1].credential, "main", "who paid")
local own = hub:get("/api/github/explain/parked-1"):expect(200):json()
t.expect_equal(own.past.status, 200, "status")
hub:get("/api/github/explain/parked-1", other):expect(404)
local after = hub:show("budgets")[1]
t.expect_equal(after.remaining, 4, "left after")
github:expect_refused(0)
