-- says: expected 0 requests to reach github, got 1
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/hello-world"):expect(200)
github:expect_requests(0)
