-- p005: a reload keeps the cache warm.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/hello-world"):expect(200)
hub:reload {}:expect(200)
hub:get("/repos/octo-org/hello-world"):expect(200):expect_match("Cache-Status", "hit")
github:expect_requests(1)
