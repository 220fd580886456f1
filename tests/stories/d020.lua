-- d020: a request that meets an empty budget waits for the reset, and is not refused.
local t = require "story"
local github = t.github { limit = 1, reset_after_s = 30 }
local hub = t.hub { upstream = github, clock = "held" }

hub:get("/repos/octo-org/hello-world"):expect(200)
local second = hub:get_later("/users/octocat")
t.clock:advance(29); second:expect_pending()
-- GitHub's windows open up to a second late, and gateways do not come all at once
t.clock:advance(3);  second:expect(200)
github:expect_requests(2)
