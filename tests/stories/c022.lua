-- c022: a limit's 403 says nothing about the copy, which stays; one of permission drops it.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/hello-world/issues/7"
local whole = hub:get(path):expect(200)
github:script { path = path, status = 403, headers = { ["Retry-After"] = "3000" }, body = "{}" }
hub:get(path):expect(403):expect_match("Cache-Status", "fwd=stale")
t.clock:advance(3001)
hub:get(path):expect(200):expect_match("Cache-Status", "fwd%-status=304"):expect_body(whole.body)

-- no limit: whoever asks may not see it any more
github:script { path = path, status = 403, body = "{}" }
hub:get(path):expect(403)
hub:get(path):expect(200):expect_match("Cache-Status", "uri%-miss")
