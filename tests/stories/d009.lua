-- d009: X-Hubgate-Deadline bounds how long a client waits.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

github:script { path = "/users/octocat", delay_ms = 9000 }
local reader = hub:get_later("/users/octocat", { ["X-Hubgate-Deadline"] = "5" })
t.clock:advance(4)
reader:expect_pending()
t.clock:advance(1)
reader:expect(504)
