-- x006: an idle connection is closed after its time, one in use is not.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local idle, used, silent = hub:connect(), hub:connect(), hub:connect()
hub:request { path = "/users/octocat", conn = idle }:expect(200)
hub:request { path = "/users/octocat", conn = used }:expect(200)
t.clock:advance(40)
hub:request { path = "/users/octocat", conn = used }:expect(200)
t.clock:advance(22)
t.expect(idle:wait_closed(), "an idle connection was kept")
t.expect(silent:wait_closed(), "a connection that never said a word was kept")
t.expect_equal(idle.buffer, "", "what was said at the end")
hub:request { path = "/users/octocat", conn = used }:expect(200)
