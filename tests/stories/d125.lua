-- d125: a client is told of its own requests only, and a refusal says what it would wait for.
local t = require "story"
local github = t.github { limit = 5, reset_after_s = 600 }
local hub = t.hub { upstream = github, clock = "held" }

local theirs = { Authorization = "Bearer ghp_storyOwnStoryOwnStoryOwnStoryOwn0000" }
for n = 1, 5 do hub:get("/repos/octo-org/hello-world/commits?per_page=" .. n):expect(200) end
local waiting = hub:get_later("/users/octocat", { ["X-Request-Id"] = "mine",
	["X-Hubgate-Deadline"] = "30min", ["X-Hubgate-Priority"] = "high" })

hub:get("/api/github/explain/mine"):expect(200)
-- of others as of what never was, in the form of every error
theirs["X-Request-Id"] = "asker"
for _, id in ipairs { "mine", "nobodys" } do
	hub:get("/api/github/explain/" .. id, theirs):expect(404):expect_json {
		status = 404, code = "unknown_request", request_id = "asker",
		message = "No request with this id was seen lately " ..
			"(trace_records bounds how many are remembered)." }
end
theirs.Accept = "application/problem+json"
hub:get("/api/github/explain/mine", theirs):expect(404)
	:expect_header("Content-Type", "application/problem+json")
t.expect_equal(hub:admin("GET", "/explain/mine"):json().now[1].client, "local", "by the socket")

-- what is refused says what for in its body, and in the field
local no = hub:get("/users/hubot", { ["X-Hubgate-Priority"] = "high",
	["X-Hubgate-Deadline"] = "5s", ["X-Hubgate-Explain"] = "1",
	["X-Request-Id"] = "refused" }):expect(429)
t.expect_equal(no:json().waits_for, "empty", "what for")
t.expect_equal(no:json().waited_ms, 0, "how long")
no:expect_match("X-Hubgate-Explain", "^waited 0%.000 s: budget spent; core 0 of 5 left, resets ")
local past = hub:get("/api/github/explain/refused"):expect(200):json().past
t.expect_equal(past["end"], "no_budget", "its end")
t.expect_equal(past.status, 429, "its status")
t.expect_equal(#past.tries, 0, "tries")
waiting:leave()
