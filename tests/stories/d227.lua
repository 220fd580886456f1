-- d227: two tokens of one user are one budget: the second does not try its luck when it is spent.
-- P27 of GitHub's pitfalls: several tokens of one user share one budget.
local t = require "story"
local LIMIT = 20

-- A pool of three tokens, two of them of one user, as the configuration `says` or GitHub has to be
-- asked for.
local function spend(says)
	local github = t.github { limit = LIMIT, tokens = { "ghp_storyOne=octocat",
		"ghp_storyTwo=octocat", "ghp_storyThree=hubot" } }
	local hub = t.hub { upstream = github, clock = "held", config = { credentials = {
		{ alias = "one", token = "ghp_storyOne", identity = says },
		{ alias = "two", token = "ghp_storyTwo", identity = says },
		{ alias = "three", token = "ghp_storyThree" } } } }
	local answered, told = 0, 0
	for n = 1, 3 * LIMIT do
		local reply = hub:get("/repos/octo-org/hello-world/issues?per_page=1&page=" .. n,
			{ ["X-Hubgate-Priority"] = "critical" })
		if reply.status == 200 then
			answered = answered + 1
		else
			reply:expect(429):expect_json { code = "no_budget" }
			told = told + 1
		end
	end
	github:expect_refused(0)
	t.expect(answered <= 2 * LIMIT and answered >= 2 * LIMIT - 3,
		answered .. " were answered") -- to ask whose one is costs a point each
	t.expect_equal(answered + told, 3 * LIMIT, "all of them")
end
spend("octocat")
spend(nil)

-- a client's own tokens, of which nobody knows whose they are, go by what GitHub says of each
local github = t.github { limit = LIMIT, tokens = { "ghp_storyOne=octocat",
	"ghp_storyTwo=octocat", "ghp_storyOther=hubot" } }
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
