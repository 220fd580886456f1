-- p070: a plugin built with the headers of ABI 1 has all that they promised (tests/golden).
local t = require "story"
local github = t.github()
local golden = { use = "golden-abi-1", name = "gold", on = true, count = 7, room = "2MiB",
	wait = "90s", word = "ab", mode = "fast", part = "25%", names = { "x", "y", "z" },
	token = "ghs_golden", other = "metrics", labels = { colour = "yellow" } }
local plugins = { "metrics", golden }
local hub = t.hub { upstream = github, clock = "held", plugins = plugins }
local function state() return hub:show("gold/state") end

-- an option of each type, as the file says and as the table says
hub:get("/golden/options"):expect(200):expect_json { on = true, count = 7, room = 2 << 20,
	wait_us = 90000000, word = "ab", mode = 1, percent = 25, names = 3, last = "z",
	token_bytes = 10, other = "metrics", labels = 1, label = "colour=yellow" }

-- a hook in each phase
local low = { ["X-Golden-Low"] = "1" }
hub:get("/users/octocat"):expect(200):expect_header("X-Golden", "other")
local body = hub:get("/users/monalisa", low):expect(200):expect_header("X-Golden", "low").body
github:expect_requests(1, { user_agent = "/users/monalisa" })
hub:get("/users/octocat", { ["X-Golden-Kept"] = "1" }):expect(200):expect_body("kept gold")
	:expect_match("Cache-Status", "hit; detail=golden")
hub:get("/users/octocat", { ["X-Golden-Refuse"] = "1" }):expect(403):expect_json { code = "golden" }
github:expect_requests(2)
hub:post("/golden/echo/gold", "ore"):expect(200):expect_body("gold: ore")
hub:eventually("all events to be heard", function() return state().event == 6 end)
local now = state()
for hook, n in pairs { start = 1, adopt = 0, admit = 6, weigh = 3, lookup = 3, send = 2, head = 2,
	keep = 2, done = 6, tick = 0 } do
	t.expect_equal(now[hook], n, "the times of " .. hook)
end
t.expect(now.threads >= 3, "no hook on each loop")
t.expect(now.kept_bytes > #body, "the bytes of whole replies: " .. now.kept_bytes)
t.expect_equal(hub:show("gold/state?word=a%22b").word, 'a"b', "the word of the command")
hub:get("/metrics"):expect(200)
t.expect(hub:get("/metrics").body:find('hubgate_golden_hooks_total{hook="lookup"} 3', 1, true),
	"the metric does not count")

-- a timer, and what a reload hands over
t.clock:advance(3.5)
t.expect_equal(state().tick, 3, "the ticks")
golden.count, golden.word, golden.token = nil, nil, nil
hub:reload { plugins = plugins }:expect(200)
hub:get("/golden/options"):expect(200):expect_json { count = 1, word = "plain", token_bytes = 0 }
t.expect_equal(state().adopt, 1, "the times of adopt")
t.expect_equal(state().tick, 3, "the ticks that were handed over")
golden.word = "wrong"
t.expect(hub:reload({ plugins = plugins }).body:find("the word is wrong", 1, true),
	"check was not asked")
