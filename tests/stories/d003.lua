-- d003: GitHub's silence is a 504 after the first byte's time.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = { dispatch = { retries = 0 } } }

github:script { path = "/users/octocat", delay_ms = 50000 }
local reader = hub:get_later("/users/octocat")
t.clock:advance(11)
reader:expect_pending()
t.clock:advance(1)
reader:expect(504):expect_json { code = "upstream_timeout" }
