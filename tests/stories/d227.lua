-- d227: a second token of one user begins with what the first has left, and stops where it ends.
-- P27 of GitHub's pitfalls: several tokens of one user share one budget.
local t = require "story"
local github = t.github { limit = 20, tokens = { "ghp_storyOne=octocat", "ghp_storyTwo=octocat",
	"ghp_storyOther=hubot" } }
local hub = t.hub { upstream = github, clock = "held", token = "ghp_storyOther" }

local n = 0
local function ask(token, status)
	n = n + 1
	return hub:get("/repos/octo-org/hello-world/issues/" .. n,
		{ Authorization = "Bearer " .. token, ["X-Hubgate-Priority"] = "critical" })
		:expect(status)
end
for k = 1, 12 do ask("ghp_storyOne", 200):expect_header("X-RateLimit-Remaining", 20 - k) end
for k = 13, 20 do ask("ghp_storyTwo", 200):expect_header("X-RateLimit-Remaining", 20 - k) end
for _ = 1, 5 do ask("ghp_storyTwo", 429):expect_json { code = "no_budget" } end
github:expect_refused(0)
ask("ghp_storyOther", 200):expect_header("X-RateLimit-Remaining", 19)
