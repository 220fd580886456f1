-- p035: a plugin watches a descriptor of its own, and its commands show and change.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "watch" } }

t.expect_equal(hub:show("watch/state").woken, 0, "the times it woke")
hub:admin("POST", "/watch/poke?word=hello"):expect(200)
hub:eventually("the word to come out", function()
	return hub:show("watch/state").word == "hello"
end)
t.expect_equal(hub:show("watch/state").woken, 1, "the times it woke")
local refused = hub:admin("POST", "/watch/poke")
t.expect_equal(refused.status, 400, "the status without a word")
t.expect(refused.body:find("word", 1, true), "the reason is not said: " .. refused.body)
hub:admin("GET", "/watch/poke"):expect(405)
hub:admin("GET", "/show/watch/nothing"):expect(404)
