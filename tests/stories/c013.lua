-- c013: another Accept is another copy.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world"
hub:get(path, { Accept = "application/vnd.github+json" }):expect(200)
hub:get(path, { Accept = "application/vnd.github.raw+json" })
	:expect_match("Cache-Status", "fwd=uri%-miss")
github:expect_requests(2)
