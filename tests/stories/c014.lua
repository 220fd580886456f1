-- c014: a copy of what is gone is forgotten.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/api-6"
hub:get(path):expect(200)
github:repo { repo = "octo-org/api-6", deleted = true }
t.clock:advance(301)
hub:get(path):expect(404)
hub:get(path):expect(404)
github:expect_requests(3)
