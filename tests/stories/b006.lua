-- b006: %2F stays within its path segment, as octokit sends it.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world/git/ref/heads%2Fmain"
hub:get(path):expect(200):expect_json { ref = "refs/heads/main" }
github:expect_requests(1, { target = path })
