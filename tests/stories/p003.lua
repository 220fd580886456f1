-- p003: without metrics there is no /metrics, and everything else works.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "cache", "ratelimit" } }

hub:get("/metrics"):expect(404)
hub:get("/repos/octo-org/hello-world"):expect(200)
hub:get("/repos/octo-org/hello-world"):expect(200):expect_match("Cache-Status", "hit")
