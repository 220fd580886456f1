-- b012: without any token hubgate asks as nobody.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, token = false }

hub:get("/repos/octo-org/hello-world"):expect(200):expect_header("X-RateLimit-Limit", 60)
github:expect_requests(1, { token_hash = "" })
