-- d005: a read whose connection broke before its answer is tried again.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

github:script { path = "/users/octocat", close = true }
local reader = hub:get_later("/users/octocat")
t.clock:advance(2)
reader:expect(200)
github:expect_requests(2)
