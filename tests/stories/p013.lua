-- p013: a request that began before a reload ends as it began.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

github:script { path = "/users/octocat", delay_ms = 5000 }
local reader = hub:get_later("/users/octocat")
hub:reload { plugins = { "ratelimit" } }:expect(200)
t.clock:advance(5)
reader:expect(200):expect_header("Cache-Status")
hub:get("/users/monalisa"):expect(200):expect_header("Cache-Status", false)
