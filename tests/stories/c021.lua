-- c021: a read in the very instant after a write sees what was written.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/hello-world"
local new = { description = "written" }
github:script { path = path, method = "PATCH", status = 200, body = "{}" }
hub:get(path):expect(200)
hub:get(path):expect(200):expect_match("Cache-Status", "hit")
hub:patch(path, new):expect(200)
hub:get(path):expect(200):expect_match("Cache-Status", "fwd=stale")
hub:get(path):expect(200):expect_match("Cache-Status", "hit")

-- a write whose end nobody heard may have been executed
github:script { path = path, method = "PATCH", close = true }
hub:patch(path, new):expect(502)
hub:get(path):expect(200):expect_match("Cache-Status", "fwd=stale")
