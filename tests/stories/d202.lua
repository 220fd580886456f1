-- d202: a tag that GitHub gave as weak and confirms as strong is one and the same.
-- P2 of GitHub's pitfalls: weak and strong form of one ETag.
local t = require "story"
local github = t.github { odd = { "weak_etags" } }
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world/issues/7"
local first = hub:get(path):expect(200)
for _ = 1, 3 do
	hub:get(path):expect(200):expect_body(first.body)
		:expect_match("Cache-Status", "fwd%-status=304")
end
github:expect_spent(1)

-- a client may have made either of the other, as a proxy that compresses does
local strong = first:header("ETag"):gsub("^W/", "")
for _, tag in ipairs { strong, "W/" .. strong, '"other", W/' .. strong } do
	hub:get(path, { ["If-None-Match"] = tag }):expect(304):expect_body("")
end
github:expect_spent(1)
github:touch { repo = "octo-org/hello-world", issue = 7 }
local changed = hub:get(path, { ["If-None-Match"] = strong }):expect(200)
t.expect(changed.body ~= first.body, "the old body")
github:expect_spent(2)
