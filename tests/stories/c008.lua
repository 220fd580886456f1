-- c008: equal reads of two tokens are two requests.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/hello-world/issues/7"
github:script { path = path, delay_ms = 5000, times = 2 }
local one = hub:get_later(path,
	{ Authorization = "Bearer ghp_storyOneStoryOneStoryOneStoryOne0000" })
local two = hub:get_later(path,
	{ Authorization = "Bearer ghp_storyTwoStoryTwoStoryTwoStoryTwo0000" })
t.clock:advance(5)
one:expect(200)
two:expect(200)
github:expect_requests(2)
