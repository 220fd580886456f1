-- d135: a 401 for a client's own token is the client's: GitHub's answer, and nobody else's matter.
local t = require "story"
local told = require "story.events".new { "credential.*", "upstream.*" }
local github = t.github { tokens = { "ghp_storyPool=octocat", "ghp_storyOwn=hubot" } }
local hub = t.hub { upstream = github, clock = "held", token = "ghp_storyPool",
	plugins = told:beside() }
local own = { Authorization = "Bearer ghp_storyOwn", ["X-Hubgate-Priority"] = "critical" }
local path = "/repos/octo-org/hello-world/issues/"

hub:get(path .. 1, own):expect(200)
github:token { revoke = "ghp_storyOwn" }
for n = 2, 12 do -- more than open a breaker
	hub:get(path .. n, own):expect(401):expect_json { message = "Bad credentials" }
end
hub:get(path .. 1, own):expect(401) -- nor from memory
-- each was asked once: nobody else's token went for it, nor was it asked about
t.expect_equal(#github:requests { status = 401 }, 12, "refusals")
github:expect_requests(0, { target = "/rate_limit" })
-- the pool does not notice
hub:get(path .. 20, { ["X-Hubgate-Priority"] = "critical" }):expect(200)
	:expect_header("X-Hubgate-Credential", "main")
for _, row in ipairs(hub:show("credentials")) do
	t.expect_equal(row.state, "good", row.alias .. "'s state")
end
github:token { add = "ghp_storyOwn=hubot" }
hub:get(path .. 13, own):expect(200):expect_match("X-Hubgate-Credential", "^passthrough:")
t.expect_equal(hub:show("sink-http/state").waiting, 0, "events")
