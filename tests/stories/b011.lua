-- b011: a client's own token goes to GitHub as itself, in each of its spellings.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local token = "ghp_storyStoryStoryStoryStoryStoryStory0"
local agent = { Authorization = "Bearer " .. token, ["User-Agent"] = "story" }
github:get("/user", agent):expect(200)
local hash = github:requests()[1].token_hash
t.expect(#hash > 0, "github saw no token")

hub:get("/user", { Authorization = "Bearer " .. token }):expect(200)
	:expect_match("X-Hubgate-Credential", "^passthrough")
hub:get("/user/orgs", { Authorization = "token " .. token }):expect(200)
hub:get("/user/repos"):expect(200)
local own = github:requests { target = "/user/repos" }[1].token_hash
t.expect(own ~= hash, "the gateway's own token is the client's")
github:expect_requests(3, { token_hash = hash })
