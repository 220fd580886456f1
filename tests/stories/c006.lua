-- c006: one token's copy is never another's.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world"
local one = { Authorization = "Bearer ghp_storyOneStoryOneStoryOneStoryOne0000" }
local two = { Authorization = "Bearer ghp_storyTwoStoryTwoStoryTwoStoryTwo0000" }
hub:get(path, one):expect(200)
hub:get(path, two):expect(200):expect_match("Cache-Status", "fwd=uri%-miss")
hub:get(path):expect(200):expect_match("Cache-Status", "fwd=uri%-miss")
hub:get(path, one):expect(200):expect_match("Cache-Status", "hit")
github:expect_requests(3)
