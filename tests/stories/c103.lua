-- c103: etag_model: false asks without a tag for what came by another token.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github,
	plugins = { "metrics", { use = "cache", etag_model = false }, "ratelimit" } }

local path = "/repos/octo-org/hello-world/issues/7"
hub:get(path):expect(200)
hub:get(path):expect(200):expect_match("Cache-Status", "fwd=stale; fwd%-status=304")
hub:reload { token = "ghp_storyRotatedRotatedRotatedRotated00" }:expect(200)
hub:get(path):expect(200):expect_match("Cache-Status", "fwd%-status=200")
github:expect_requests(3, { target = path })
for n, asked in ipairs(github:requests { target = path }) do
	t.expect_equal((asked.if_none_match or "") ~= "", n == 2, "tag of question " .. n)
end
