-- p004: with no plugin at all hubgate is a proxy.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = {} }

hub:get("/repos/octo-org/hello-world"):expect(200)
hub:post("/repos/octo-org/hello-world/issues", { title = "x" }):expect(201)
hub:get("/repos/octo-org/hello-world/issues?per_page=10"):expect(200):expect_header("Link")
github:expect_requests(3)
