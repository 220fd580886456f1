-- b022: a reply says who paid, how long it waited, and which request it was.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local reply = hub:get("/repos/octo-org/hello-world", { ["X-Request-Id"] = "my-id.1" }):expect(200)
reply:expect_header("X-Request-Id", "my-id.1"):expect_header("X-Hubgate-Credential", "main")
reply:expect_match("X-Hubgate-Wait-Ms", "^%d+$")
reply:expect_header("X-RateLimit-Limit", 5000):expect_header("X-RateLimit-Remaining", 4999)
hub:get("/repos/octo-org/hello-world"):expect(200):expect_header("X-RateLimit-Remaining", 4999)
