-- b054: the lines to try that are printed at the start are those that work there.
local t = require "story"
local keys = require "story.keys"

local function said(how, present, absent)
	how.upstream = how.upstream or "http://127.0.0.1:9" -- nobody asks it
	local hub = t.hub(how)
	hub:term()
	local text = hub.daemon:stdout()
	for _, word in ipairs(present) do
		t.expect(text:find(word, 1, true), ("no %q in: %s"):format(word, text))
	end
	for _, word in ipairs(absent) do
		t.expect(not text:find(word, 1, true), ("%q is in: %s"):format(word, text))
	end
end

-- Octokit and gh are brought along by the project, so their lines are for who is in its folder.
local project = debug.getinfo(1, "S").source:match("^@(.*)/tests/stories/")
local repo = "/repos/octocat/Hello-World"
said({ upstream = t.github(), cwd = project },
	{ "curl -i http://127.0.0.1:", repo, "GH_TOKEN=demo" }, { "$KEY" })
said({ token = "ghp_x", cwd = project }, { "curl -i http:", repo, "GH_TOKEN=$GITHUB_TOKEN" },
	{ "$KEY" })
-- gh asks nothing without a token
said({ token = false, cwd = project }, { "curl -i http://127.0.0.1:", "octokit" }, { "GH_TOKEN" })
said({ token = "ghp_x", cwd = "/" }, { "curl -i http:", repo },
	{ "octokit", "GH_TOKEN", "scripts" })
-- who has which key, for which paths, is not known here
said({ config = { clients = { { name = "ci", key_hash = keys.ci.hash } } } },
	{ 'curl -i -H "Authorization: Bearer $KEY" http://127.0.0.1:' }, { repo, "octokit" })
