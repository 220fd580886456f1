-- d133: what a token may see decides who pays: by owners, and by what GitHub refused it.
local t = require "story"
local told = require "story.events".new { "credential.*" }
local github = t.github { tokens = { "ghp_storyOrg=octocat", "ghp_storyLab=hubot",
	"ghp_storyAny=monalisa" } }
local hub = t.hub { upstream = github, clock = "held", plugins = told:beside(),
	config = { credentials = {
		{ alias = "org", token = "ghp_storyOrg", owners = { "octo-org" } },
		{ alias = "lab", token = "ghp_storyLab", owners = { "Octo-Lab", "octocat" } } } } }
local critical = { ["X-Hubgate-Priority"] = "critical" }
local function payer(path)
	return hub:get(path, critical):header("X-Hubgate-Credential")
end

for n = 1, 6 do
	t.expect_equal(payer("/repos/octo-org/hello-world/issues/" .. n), "org", "who pays")
	t.expect_equal(payer("/repos/octocat/Hello-World/issues/" .. n), "lab", "who pays")
	t.expect_equal(payer("/orgs/octo-lab/repos?page=" .. n), "lab", "who pays")
end
for n = 1, 6 do
	t.expect_equal(payer("/users/octocat?n=" .. n), "lab", "who pays, with a query behind")
	t.expect_equal(payer("/orgs/octo-org?n=" .. n), "org", "who pays, with a query behind")
end
-- nobody's in particular: either
hub:get("/users/hubot", critical):expect(200)

-- what one may not, the other is asked for, and first the next time
github:token { add = "github_pat_storyFew=hubot", permissions = { issues = "read" } }
hub:reload { config = { credentials = {
	{ alias = "few", token = "github_pat_storyFew" },
	{ alias = "all", token = "ghp_storyAny" } } } }:expect(200)
local runners = "/repos/octo-org/hello-world/actions/runners?page="
for n = 1, 30 do
	hub:get(runners .. n, critical):expect(200):expect_header("X-Hubgate-Credential", "all")
end
local refused = github:requests { status = 403 }
t.expect_equal(#refused, 1, "how often GitHub refused")
local event = told:next("credential.permission")
t.expect_equal(event.credential, "few", "whose permission")
t.expect(event.needs:find("administration"), event.needs)
t.expect_equal(event.sso, false, "for single sign-on")

-- where there is no other, the client hears it
hub:reload { config = { credentials = {
	{ alias = "few", token = "github_pat_storyFew" } } } }:expect(200)
hub:get(runners .. 31, critical):expect(403)
	:expect_header("X-Accepted-GitHub-Permissions", "administration=read")
