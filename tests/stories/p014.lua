-- p014: drain_timeout bounds how long SIGTERM waits for a request that does not end.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, config = { drain_timeout = "100ms" } }

github:script { path = "/users/octocat", delay_ms = 600000 }
local reader = hub:get_later("/users/octocat")
hub:term()
t.expect(reader.conn:wait_closed(), "the client was left hanging")
