-- d206: an answer from memory tells what is left now, not what was left when it was kept.
-- P6 of GitHub's pitfalls: rate headers that a cache stored.
local t = require "story"
local github = t.github { limit = 100, reset_after_s = 1800 }
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/hello-world"
hub:get(path):expect(200):expect_header("X-RateLimit-Remaining", 99)
for n = 1, 5 do hub:get(path .. "/issues/" .. n):expect(200) end
local hit = hub:get(path):expect(200):expect_match("Cache-Status", "hit")
hit:expect_header("X-RateLimit-Remaining", 94):expect_header("X-RateLimit-Used", 6)
	:expect_header("X-RateLimit-Limit", 100)
t.expect_equal(#hit:all("X-RateLimit-Remaining"), 1, "the number of fields")
github:expect_requests(1, { target = path })

-- of the window that is, not of the one that was
t.clock:advance(1805)
hub:get(path .. "/issues/9"):expect(200)
t.clock:advance(60)
local kept = hub:get(path .. "/issues/9"):expect(200):expect_match("Cache-Status", "304")
kept:expect_header("X-RateLimit-Remaining", 99)
local reset_s = tonumber(kept:header("X-RateLimit-Reset"))
hub:get(path):expect(200):expect_match("Cache-Status", "304")
hub:get(path .. "/issues/10"):expect(200)
hub:get(path):expect(200):expect_match("Cache-Status", "hit")
	:expect_header("X-RateLimit-Remaining", 98):expect_header("X-RateLimit-Reset", reset_s)
