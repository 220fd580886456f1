-- d082: GitHub's odd behaviours are switched one by one, and the gateway answers through each.
local t = require "story"
local github = t.github { odd = { "reset_jitter" }, lag = "2s" }
local hub = t.hub { upstream = github, clock = "held" }

local own = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0",
	["User-Agent"] = "story" }
local path = "/repos/octo-org/hello-world/commits?per_page="
hub:get(path .. 1):expect(200)
for n, name in ipairs { "lying_remaining", "late_headers", "two_windows", "missing_headers",
	"negative_remaining", "huge_limit", "full_rate_limit", "weak_etags", "flapping_etags",
	"last_modified", "304_counts" } do
	github:odd { name }
	t.clock:advance(4) -- or it would be above its curve in the end
	for k = 1, 4 do hub:get(path .. 10 * n + k):expect(200) end
end

-- carried out, and nobody is told: the gateway does not try it again
github:odd { "lost_answers" }
while github:state().served % 2 == 0 do github:get("/zen", own):expect(200) end
local issues = "/repos/octo-org/hello-world/issues"
hub:post(issues, { title = "once" }, own):expect(502)
github:expect_requests(1, { method = "POST" })

-- what was just made is not there for as long as it is told
github:odd { "late_objects" }
local made = github:post(issues, { title = "young" }, own):expect(201):json()
local there = issues .. "/" .. math.tointeger(made.number)
github:get(there, own):expect(404)
t.clock:advance(2)
github:get(there, own):expect(200)

-- its clock is its own
github:odd { "clock_skew", skew_s = -3600 }
local before = github:get("/zen", own):header("date")
github:odd {}
local after = github:get("/zen", own):header("date")
t.expect(before ~= after, "the same Date: " .. after)
