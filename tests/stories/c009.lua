-- c009: HEAD is answered from a kept GET.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local get = hub:get("/repos/octo-org/hello-world"):expect(200)
hub:head("/repos/octo-org/hello-world"):expect(200):expect_match("Cache-Status", "hit")
	:expect_header("Content-Length", #get.body):expect_body("")
github:expect_requests(1)
