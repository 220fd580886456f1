-- d081: a client of the gateway meets GitHub's secondary limit, and GitHub says whose fault it was.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local own = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0" }
github:token { add = "ghp_storyStoryStoryStoryStoryStoryStory0=hubot" }
github:hidden { route = "/repos/*/labels", points = 2 }
local path = "/repos/octo-org/hello-world/labels?per_page="
for n = 1, 2 do hub:get(path .. n, own):expect(200) end
github:expect_refused(0)
hub:get(path .. 3, own):expect(403):expect_header("Retry-After")
github:expect_refused(1, "hidden")

-- in a minute block and points are forgotten, and nothing of another identity was ever refused
t.clock:advance(70)
hub:get(path .. 4, own):expect(200)
for _, party in ipairs(github:stats().identities) do
	local n = party.refused_routes["GET /repos/{}/{}/labels"] or 0
	t.expect_equal(n, party.name == "hubot" and 1 or 0, "refused of " .. party.name)
end
