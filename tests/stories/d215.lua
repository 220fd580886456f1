-- d215: a write is carried out once: not again when its answer is lost, again when it was refused.
-- P15 of GitHub's pitfalls: a POST that is repeated makes two.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local issues = "/repos/octo-org/hello-world/issues"
local own = { ["User-Agent"] = "story",
	Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0" }
local function called(title)
	local n = 0
	for _, issue in ipairs(github:get(issues .. "?per_page=100", own):expect(200):json()) do
		if issue.title == title then n = n + 1 end
	end
	return n
end

-- carried out, and the answer lost: who asked is told, and there is one
github:odd { "lost_answers" }
while github:state().served % 2 == 0 do github:get("/zen", own):expect(200) end
local lost = hub:post_later(issues, { title = "lost" })
t.clock:advance(50)
lost:expect(502):expect_json { code = "upstream_unreachable" }
github:odd {}
t.expect_equal(called("lost"), 1, "the number of issues")

-- cut in the answer's head or body, or failed by GitHub's edge: the same
for _, how in ipairs { { close = true }, { status = 502, body = "{}" },
	{ status = 504, body = "{}" } } do
	how.method, how.path = "POST", issues
	github:script(how)
	local before = #github:requests { method = "POST" }
	local failed = hub:post_later(issues, { title = "failed" })
	t.clock:advance(50)
	t.expect(failed:wait().status >= 502, "the status is " .. failed:wait().status)
	github:expect_requests(before + 1, { method = "POST" })
end

-- refused by a limit, so never carried out: waited for, and there is one
github:script { method = "POST", path = issues, status = 403, headers = { ["Retry-After"] = "10" },
	body = { message = "You have exceeded a secondary rate limit." } }
local refused = hub:post_later(issues, { title = "refused" })
t.clock:advance(9)
refused:expect_pending()
t.clock:advance(4)
refused:expect(201)
t.expect_equal(called("refused"), 1, "the number of issues")
