-- d225: notifications are asked for no oftener than GitHub wants, and its false 304 hides none.
-- P25 of GitHub's pitfalls: wrong 304s of notifications, X-Poll-Interval.
local t = require "story"
local github = t.github { odd = { "notifications_304" } }
local hub = t.hub { upstream = github, clock = "held" }

local function ask()
	return hub:get("/notifications"):expect(200):expect_header("X-Poll-Interval", 60)
end
local first = ask()
for _ = 1, 5 do ask():expect_body(first.body):expect_match("Cache-Status", "hit") end
github:expect_requests(1, { target = "/notifications" })
github:issues { repo = "octo-org/hello-world", count = 1 }
t.clock:advance(61)
t.expect_equal(#ask():json(), #first:json() + 1, "the notifications")
github:expect_requests(2, { target = "/notifications" })
