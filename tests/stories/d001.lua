-- d001: what can not have budget before its deadline is told so at once, and when to come back.
local t = require "story"
local github = t.github { limit = 1, reset_after_s = 600 }
local hub = t.hub { upstream = github, clock = "held" }

hub:get("/repos/octo-org/hello-world"):expect(200)
local refused = hub:get("/users/octocat"):expect(429)
refused:expect_json { code = "no_budget", status = 429 }
local after_s = tonumber(refused:header("Retry-After"))
t.expect(after_s and after_s >= 600 and after_s <= 603, "Retry-After is " .. tostring(after_s))
t.expect_equal(refused:json().retry_after, after_s, "retry_after")
github:expect_requests(1)
t.clock:advance(after_s) -- it was honest
hub:get("/users/octocat"):expect(200)
