-- d008: GitHub's Retry-After is waited out, and the client only sees the answer.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

github:script { path = "/users/octocat", status = 403, headers = { ["Retry-After"] = "10" },
	body = { message = "You have exceeded a secondary rate limit." } }
local reader = hub:get_later("/users/octocat")
t.clock:advance(9)
reader:expect_pending()
github:expect_requests(1)
t.clock:advance(3)
reader:expect(200)
github:expect_requests(2)
