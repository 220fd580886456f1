-- p036: a plugin has a state of its own on each loop, and reaches every loop by a word.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "threads" }, config = { workers = "3" } }

local state = hub:show("threads/state")
t.expect_equal(state.host, 1, "the host loops")
t.expect_equal(state.fronts, 3, "the fronts")
t.expect_equal(state.dispatchers, 1, "the dispatchers")
for _ = 1, 20 do hub:get("/threads"):expect(200):expect_match("Content-Type", "text/plain") end
for _ = 1, 20 do
	t.expect(hub:get("/threads").body:find("^own "), "the slot is another loop's")
end
t.expect_equal(hub:show("threads/state").hits, 40, "the hits")
hub:get("/threads/call"):expect(200)
hub:eventually("all loops to hear it", function()
	return hub:show("threads/state").called == 5
end)
