-- c100: whichever of a pool's tokens pays, a copy that came by another is asked about for nothing.
local t = require "story"
local github = t.github { tokens = { "ghp_storyOne=octocat", "ghp_storyTwo=hubot",
	"ghp_storyThree=monalisa" } }
local hub = t.hub { upstream = github, config = { credentials = {
	{ alias = "one", token = "ghp_storyOne", identity = "octocat" },
	{ alias = "two", token = "ghp_storyTwo", identity = "hubot" },
	{ alias = "three", token = "ghp_storyThree", identity = "monalisa" } } } }

local path = "/repos/octo-org/hello-world/issues/7"
local first = hub:get(path):expect(200)
local spent = github:spent()
for _ = 1, 9 do
	hub:get(path):expect(200):expect_body(first.body)
		:expect_header("ETag", first:header("ETag"))
		:expect_match("Cache-Status", "fwd=stale; fwd%-status=304")
	hub:get(path, { ["If-None-Match"] = first:header("ETag") }):expect(304)
	hub:get("/repos/octo-org/hello-world/issues/8"):expect(200) -- moves the choice
end
github:expect_spent(spent + 1)
local tokens, n = {}, 0
for _, asked in ipairs(github:requests { target = path }) do
	if not tokens[asked.token_hash] then n = n + 1 end
	tokens[asked.token_hash] = true
end
t.expect(n > 1, "only one token asked")

github:touch { repo = "octo-org/hello-world", issue = 7 }
t.expect(hub:get(path):expect(200).body ~= first.body, "the old body")
