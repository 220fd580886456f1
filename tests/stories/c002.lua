-- c002: what is in no family is asked about each time, and an unchanged answer costs nothing.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world/issues/7"
local first = hub:get(path):expect(200)
for _ = 1, 3 do
	hub:get(path):expect(200):expect_body(first.body)
		:expect_match("Cache-Status", "fwd=stale; fwd%-status=304")
end
local githubs = first:header("ETag"):gsub("%-hg1%-%x+", "") -- which our tag is made of
github:expect_requests(3, { target = path, if_none_match = githubs, status = 304 })
github:expect_spent(1)
