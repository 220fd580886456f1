-- d225: notifications come with the interval that GitHub wants, and new ones are seen at once.
-- P25 of GitHub's pitfalls: wrong 304s of notifications, X-Poll-Interval.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local function ask()
	return hub:get("/notifications"):expect(200):expect_header("X-Poll-Interval", 60)
end
local first = ask()
ask():expect_body(first.body):expect_match("Cache-Status", "fwd%-status=304")
github:expect_spent(1)
github:issues { repo = "octo-org/hello-world", count = 1 }
t.expect_equal(#ask():json(), #first:json() + 1, "the notifications")
github:expect_spent(2)
