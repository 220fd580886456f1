-- d134: that a token ends is told in time, also when nobody asks, and how it is shown and counted.
local t = require "story"
local told = require "story.events".new { "credential.*" }
local DAY = 86400
local github = t.github { tokens = { "ghp_storyElse=octocat" } }
local hub = t.hub { upstream = github, clock = "held", token = "github_pat_storyEnds",
	plugins = told:beside() }
github:token { add = "github_pat_storyEnds=hubot", expires_in_s = 31 * DAY }
local critical = { ["X-Hubgate-Priority"] = "critical" }
local function ask(status)
	return hub:get("/users/octocat", critical):expect(status)
end

-- no word yet
ask(200)
local shown = hub:show("credentials")[1]
t.expect_equal(shown.token, "fine-grained personal token", "what it is")
t.expect_equal(shown.permissions, "not known", "what it may do")
local ends = shown.expires
t.expect(ends and ends:find("T"), "no end is shown")
t.expect(hub:get("/metrics").body:find('hubgate_credential_expires_seconds{credential="main"} %d+'),
	"no metric")

for _, row in ipairs { { 2, 30 }, { 23, 7 }, { 5, 1 } } do
	local sent = #github:requests()
	t.clock:advance(row[1] * DAY + 60)
	local event = told:next("credential.expiring")
	t.expect_equal(event.expires_at, ends, "when it ends")
	t.expect_equal(event.days_left, row[2], "days left")
	t.expect_equal(#github:requests(), sent, "requests, though nobody asked")
	ask(200) -- and not twice
end
t.clock:advance(DAY + 1)
hub:get("/users/hubot", critical):expect(503):expect_json { code = "no_credential" }
told:next("credential.invalid")
