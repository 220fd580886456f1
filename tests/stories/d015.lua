-- d015: GITHUB_MAX_REQUESTS_PER_HOUR is a cap, although GitHub would allow more.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	env = { GITHUB_MAX_REQUESTS_PER_HOUR = "3" } }

for i = 1, 3 do hub:get("/repos/octo-org/hello-world/issues/" .. i):expect(200) end
hub:get("/repos/octo-org/hello-world/issues/4"):expect(429):expect_header("Retry-After")
github:expect_requests(3)
