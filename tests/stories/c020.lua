-- c020: what was answered to a GET with a body is no answer to the same GET without one.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world"
github:script { path = path, status = 200, headers = { ETag = '"1"' }, body = "with" }
hub:request { method = "GET", path = path, body = "x" }:expect(200):expect_body("with")
	:expect_header("Cache-Status", false)
hub:get(path):expect(200):expect_match("Cache-Status", "fwd=uri%-miss")
hub:request { method = "GET", path = path, body = "x" }:expect(200)
	:expect_header("Cache-Status", false)
hub:get(path):expect(200):expect_match("Cache-Status", "hit")
github:expect_requests(3)
