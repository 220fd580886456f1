-- p039: a plugin asks GitHub by itself, follows redirects, and pays from the same budget.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "fetch" } }

local direct = hub:get("/repos/octo-org/hello-world"):expect(200)
hub:get("/fetch/repos/octo-org/hello-world"):expect(200)
	:expect_json { status = 200, redirects = 0, error = 0 }
hub:get("/pieces/repos/octo-org/hello-world"):expect(200)
hub:get("/fetch/repos/octo-org/there-is-none"):expect_json { status = 404, error = 0 }

github:script { path = "/repos/octo-org/moved", status = 301, times = 2,
	headers = { Location = "/repos/octo-org/hello-world" } }
hub:get("/fetch/repos/octo-org/moved"):expect_json { status = 200, redirects = 1 }
hub:get("/asis/repos/octo-org/moved"):expect_json { status = 301, redirects = 0 }
t.expect(#direct.body > 0, "there was nothing to compare with")

-- a client that leaves takes its fetch with it
github:script { path = "/users/octocat", delay_ms = 30000 }
local leaver = hub:send { path = "/fetch/users/octocat" }
hub:eventually("the fetch to begin", function() return #hub:show("tickets") == 1 end)
leaver:leave()
hub:eventually("the fetch to end", function() return #hub:show("tickets") == 0 end)
