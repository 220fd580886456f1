-- b014: hubgate's own errors have GitHub's members and RFC 9457's; octokit reads JSON only.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local key = "Bearer hgk_nobodyHasThisKey"
local refused = hub:get("/user", { Authorization = key }):expect(401)
refused:expect_match("Content-Type", "^application/json")
refused:expect_json { status = 401, title = "Unauthorized", code = "unknown_key",
	detail = refused:json().message, request_id = refused:header("X-Request-Id") }
t.expect(refused:json().documentation_url, "no documentation_url")
t.expect(refused:json().type, "no type")

hub:get("/user", { Authorization = key, Accept = "application/problem+json" }):expect(401)
	:expect_match("Content-Type", "^application/problem%+json")
github:expect_requests(0)
