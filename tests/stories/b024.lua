-- b024: a connection is used again by the next request.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local conn = hub:connect()
for i = 1, 20 do
	hub:request { path = "/repos/octo-org/hello-world/issues/" .. i, conn = conn }:expect(200)
		:expect_header("Connection", false)
end
