-- d203: a Last-Modified that GitHub does not move hides no change, and nothing that is not there.
-- P3 of GitHub's pitfalls: Last-Modified can not be relied on.
local t = require "story"
local github = t.github { odd = { "last_modified" } }
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world/issues/7"
local first = hub:get(path):expect(200)
local since = { ["If-Modified-Since"] = first:header("Last-Modified") }
-- GitHub itself would swear by it
local token = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0"
github:get(path, { ["User-Agent"] = "story", Authorization = token,
	["If-Modified-Since"] = since["If-Modified-Since"] }):expect(304)

github:touch { repo = "octo-org/hello-world", issue = 7 }
local second = hub:get(path, since):expect(200)
t.expect(second.body ~= first.body, "the old body")
hub:get(path, since):expect(200):expect_body(second.body)
hub:get("/repos/octo-org/nothing-here", since):expect(404)
hub:get("/repos/octo-org/hello-world/issues/99999", since):expect(404)
