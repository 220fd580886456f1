-- d024: another strategy can be set by hand, and stays until the file says something new.
local t = require "story"
local github = t.github { limit = 5000, reset_after_s = 3600 }
local how = { upstream = github, clock = "held",
	config = { dispatch = { strategy = "conservative" } } }
local hub = t.hub(how)
local n = 0
local function path()
	n = n + 1
	return "/repos/octo-org/hello-world/issues/" .. n
end
local function strategy() return hub:get("/api/github/strategy"):expect(200):json() end

t.expect_equal(strategy().strategy, "conservative", "the one in force")
t.expect_equal(table.concat(strategy().available, " "), "conservative adaptive aggressive",
	"what there is")

-- the burst of 10, and the one above it; then one each 1.2 s
for _ = 1, 11 do hub:get(path()):expect(200) end
local paced = hub:get_later(path())
paced:expect_pending()
-- by hand: who waits goes at once, for aggressive's curve is far above
local function put(body) return hub:put("/api/github/strategy", body) end
local answer = put('{"strategy":"aggressive"}'):expect(200):json()
t.expect_equal(answer.strategy, "aggressive", "the one in force now")
t.expect_equal(answer.configured, "conservative", "the one of the file")
paced:expect(200)
t.expect_equal(hub:show("status").strategy, "aggressive", "what status shows")

put('{"strategy":"reckless"}'):expect(400):expect_json { code = "unknown_strategy" }
for _, body in ipairs { "", "[]", '{"strategy":7}', '{"strategy":""}', '{"strategi":"adaptive"}',
	'{"strategy":"adaptive","strategy":"aggressive"}', '{"strategy":"adaptive"' } do
	put(body):expect(400)
end
put('{"strategy":"' .. ("x"):rep(2000) .. '"}'):expect(413)
t.expect_equal(strategy().strategy, "aggressive", "after bodies that say nothing")

-- a reload that is about something else leaves it; one that is about it does not
hub:reload(how):expect(200)
t.expect_equal(strategy().strategy, "aggressive", "after a reload")
how.config.dispatch.strategy = "adaptive"
hub:reload(how):expect(200)
t.expect_equal(strategy().strategy, "adaptive", "after a reload with another one")

hub:admin("POST", "/set/strategy?name=conservative"):expect(200)
t.expect_equal(strategy().strategy, "conservative", "by the admin socket")
hub:admin("POST", "/set/strategy?name=none"):expect(400)
how.plugins = { "cache" }
how.config.dispatch.strategy = nil
hub:reload(how):expect(200)
t.expect_equal(strategy().strategy, "none", "without a plugin that has one")
put('{"strategy":"adaptive"}'):expect(400):expect_json { code = "unknown_strategy" }
local line = "strategy set to=aggressive was=conservative by="
t.expect(hub.daemon:stderr():find(line, 1, true), "no line in the log")
