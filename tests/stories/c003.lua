-- c003: a client's If-None-Match is answered from memory.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local etag = hub:get("/repos/octo-org/hello-world"):expect(200):header("ETag")
hub:get("/repos/octo-org/hello-world", { ["If-None-Match"] = etag }):expect(304)
	:expect_body(""):expect_header("ETag", etag):expect_match("Cache-Status", "hit")
hub:get("/repos/octo-org/hello-world", { ["If-None-Match"] = '"other"' }):expect(200)
github:expect_requests(1)
