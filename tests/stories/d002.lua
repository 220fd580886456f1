-- d002: critical goes before low when there is budget for one.
local t = require "story"
local github = t.github { limit = 1, reset_after_s = 30 }
local hub = t.hub { upstream = github, clock = "held" }

hub:get("/repos/octo-org/hello-world"):expect(200)
local low = hub:get_later("/users/octocat", { ["X-Hubgate-Priority"] = "low" })
local critical = hub:get_later("/users/monalisa", { ["X-Hubgate-Priority"] = "critical" })
t.clock:advance(29)
low:expect_pending()
critical:expect_pending()
t.clock:advance(3)
critical:expect(200)
low:expect(429) -- the next window opens after its deadline
t.expect_equal(github:requests()[2].target, "/users/monalisa", "who went first")
github:expect_requests(2)
