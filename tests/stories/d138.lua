-- d138: whose tokens of a pool are is asked once, and those of one user are one identity by name.
local t = require "story"
local github = t.github { tokens = { "ghp_storyOne=octocat", "ghp_storyTwo=octocat",
	"ghp_storyThree=hubot", "ghp_storyFour=hubot" } }
local pool = {
	{ alias = "one", token = "ghp_storyOne" }, { alias = "two", token = "ghp_storyTwo" },
	{ alias = "three", token = "ghp_storyThree", identity = "bot" },
	{ alias = "four", token = "ghp_storyFour", identity = "bot" } }
local hub = t.hub { upstream = github, clock = "held", config = { credentials = pool } }
local critical = { ["X-Hubgate-Priority"] = "critical" }
local n = 0
local function ask(times)
	for _ = 1, times do
		n = n + 1
		hub:get("/repos/octo-org/hello-world/issues/" .. n, critical):expect(200)
	end
end
local function identities()
	local of = {}
	for _, row in ipairs(hub:show("credentials")) do of[row.alias] = row.identity end
	return of
end

ask(8)
hub:eventually("both to be known", function() return identities().two == identities().one end)
t.expect_equal(identities().three, "bot", "as configured")
t.expect_equal(identities().four, "bot", "as configured")
github:expect_requests(2, { target = "/user" }) -- not for those that the configuration names
-- one budget each, and what GitHub counts is what is shown
ask(8)
local core = {}
for _, row in ipairs(hub:show("budgets")) do
	if row.resource == "core" and row.limit then
		core[row.credential] = row
		t.expect(row.remaining <= row.github_remaining, "more is left than GitHub says")
	end
end
t.expect(core.bot and core[identities().one], "a budget is missing")
t.expect_equal(core.bot.used + core[identities().one].used, 18, "points") -- 16, and two to ask
-- what is known stays known over a reload that changes something else
hub:reload { config = { credentials = pool, dispatch = { retries = 2 } } }:expect(200)
ask(4)
github:expect_requests(2, { target = "/user" })
-- one alone is not asked for: it is nobody's budget but its own
local alone = t.hub { upstream = t.github(), clock = "held", token = "ghp_storyOne" }
alone:get("/repos/octo-org/hello-world", critical):expect(200)
t.clock:advance(60)
t.expect_equal(alone:show("credentials")[1].identity, "main", "its identity")
