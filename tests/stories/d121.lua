-- d121: a paced request is told by which strategy, behind how many, and when it goes; it goes then.
local t = require "story"
local github = t.github { limit = 1000, reset_after_s = 3600 }
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { strategy = "conservative" } } }

local function explain(id) return hub:admin("GET", "/explain/" .. id):expect(200):json() end
local function budget() return hub:show("budgets")[1] end

-- half is used when the window begins: above the curve of 60 % in an hour, one each 6 s
github:limit { resource = "core", limit = 1000, remaining = 501, reset_in_s = 3600 }
hub:get("/users/hubot", { ["X-Hubgate-Explain"] = "1" }):expect(200)
	:expect_match("X-Hubgate-Explain", "^waited 0%.000 s; paid by main; core 500 of 1000 left")
hub:get("/users/octocat"):expect(200):expect_header("X-Hubgate-Explain", false)
local before = budget()
t.expect_equal(before.used, 501, "used")
t.expect_equal(before.strategy, "conservative", "strategy")
t.expect_equal(before.interval_ms, 6000, "one each")
t.expect_equal(before.paced, true, "paced")
t.expect_equal(before.normal.kept, 100, "kept from normal")
t.expect_equal(before.stopped_from, "none", "stopped")

local later = {}
for n = 1, 4 do
	later[n] = hub:get_later("/users/octocat?n=" .. n, { ["X-Request-Id"] = "paced-" .. n,
		["X-Hubgate-Deadline"] = "10min", ["X-Hubgate-Explain"] = "1" })
end
local late = hub:get_later("/repos/octo-org/hello-world", { ["X-Request-Id"] = "late",
	["X-Hubgate-Deadline"] = "10min", ["X-Hubgate-Priority"] = "low" })

local first, last = explain("paced-1").now[1], explain("paced-4").now[1]
t.expect_equal(first.waits_for, "pace", "what the first waits for")
t.expect_equal(first.ahead.all, 0, "ahead of the first")
t.expect_equal(last.ahead.same_client, 3, "ahead of the fourth")
t.expect_equal(last.payers[1].strategy, "conservative", "its strategy")
t.expect_equal(last.payers[1].interval_ms, 6000, "its pace")
t.expect_equal(last.expected_in_ms - first.expected_in_ms, 18000, "three turns later")
t.expect_equal(explain("late").now[1].ahead.normal, 4, "better ones ahead of a low one")
-- and by the simulator's count as well
t.expect_equal(last.payers[1].remaining, 1000 - budget().used, "left")

t.clock:advance(last.expected_in_ms / 1000)
for n = 1, 4 do
	later[n]:expect(200):expect_match("X-Hubgate-Explain",
		"^waited %d+%.%d+ s: paced %(conservative%); paid by main; core %d+ of 1000 left")
end
late:expect_pending()
local past = explain("paced-4").past
t.expect_equal(past.waited_ms, last.expected_in_ms, "waited as was said")
t.expect_equal(past.ahead, 3, "were ahead")
t.expect_equal(past.waits[2]["for"], "pace", "what it waited for")
t.clock:advance(6)
late:expect(200)
local after = budget()
t.expect_equal(after.used - before.used, 5, "spent in between")
github:expect_refused(0)

-- what is answered from memory says so
hub:get("/repos/octo-org/hello-world", { ["X-Hubgate-Explain"] = "1" }):expect(200)
	:expect_match("X-Hubgate-Explain", "^from memory: hit")
