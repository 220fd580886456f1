-- c010: Cache-Control: no-cache asks GitHub although the copy is fresh.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/hello-world"):expect(200)
hub:get("/repos/octo-org/hello-world", { ["Cache-Control"] = "no-cache" }):expect(200)
	:expect_match("Cache-Status", "fwd%-status=304")
github:expect_requests(2)
