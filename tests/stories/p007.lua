-- p007: SIGTERM answers what is under way, takes nothing new, and ends with 0.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

github:script { path = "/users/octocat", delay_ms = 400 }
local idle = hub:connect()
hub:request { path = "/users/monalisa", conn = idle }:expect(200)
local reader = hub:get_later("/users/octocat")
hub.daemon:signal("TERM")
t.expect(idle:wait_closed(), "an idle connection was kept")
reader:expect(200):expect_header("Connection", "close")
hub:expect_end(0)
