-- p040: a plugin's state directory survives a reload, and adopt hands over what is warm.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "diary" } }

hub:get("/diary"):expect(200):expect_body("1 pages, start 1")
hub:get("/diary"):expect(200):expect_body("2 pages, start 1")
hub:reload { plugins = { { use = "diary", note = "anew" } } }:expect(200)
local state = hub:show("diary/state")
t.expect_equal(state.pages, 2, "the pages after a reload")
t.expect_equal(state.adopted, 1, "the times it adopted")
hub:get("/diary"):expect(200):expect_body("3 pages, start 2")
