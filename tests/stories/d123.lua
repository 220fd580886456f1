-- d123: what waits because as many are under way as may be is told so, and how many that are.
local t = require "story"
local github = t.github { response_min = "5s", response_max = "5s" }
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { max_concurrent = 2 } } }

local under_way = {}
for n = 1, 2 do
	under_way[n] = hub:get_later("/users/octocat?n=" .. n, { ["X-Request-Id"] = "sent-" .. n })
end
local busy = hub:get_later("/users/hubot", { ["X-Request-Id"] = "busy-1" })

local now = hub:admin("GET", "/explain/busy-1"):expect(200):json().now[1]
t.expect_equal(now.waits_for, "busy", "what it waits for")
t.expect_equal(now.payers[1].on_wire, 2, "under way")
t.expect_equal(now.payers[1].max_concurrent, 2, "at once")
t.expect_equal(now.expected_in_ms, nil, "nobody knows when")
local said = hub:command { "explain", "busy-1" }
t.expect(said:find("opens when something under way ends", 1, true), said)
local sent = hub:admin("GET", "/explain/sent-1"):expect(200):json().now[1]
t.expect_equal(sent.state, "sent", "state of one under way")
t.expect_equal(sent.credential, "main", "who pays for it")

t.clock:advance(5)
for n = 1, 2 do under_way[n]:expect(200) end
t.clock:advance(5)
busy:expect(200)
local past = hub:admin("GET", "/explain/busy-1"):expect(200):json().past
t.expect_equal(past.waits[1]["for"], "busy", "what it waited for")
t.expect_equal(past.waited_ms, 5000, "how long")
t.expect_equal(past.tries[1].ms, 5000, "how long GitHub took")
t.expect_equal(github:stats().max_concurrent, 2, "the most at once, by GitHub")
