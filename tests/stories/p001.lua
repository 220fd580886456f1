-- p001: without the cache every read goes to GitHub, and everything else works.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "metrics", "ratelimit" } }

for _ = 1, 3 do
	hub:get("/repos/octo-org/hello-world"):expect(200):expect_header("Cache-Status", false)
end
github:expect_requests(3, { if_none_match = "" })
local etag = hub:get("/repos/octo-org/hello-world"):expect(200):header("ETag")
hub:get("/repos/octo-org/hello-world", { ["If-None-Match"] = etag }):expect(304)
github:expect_requests(1, { status = 304 })
