-- c107: several that ask about another's copy at once each get it, for nothing.
local t = require "story"
local github = t.github { tokens = { "ghp_storyOne=octocat", "ghp_storyTwo=hubot",
	"ghp_storyThree=monalisa" } }
local hub = t.hub { upstream = github, clock = "held" }
local function as(name) return { Authorization = "Bearer ghp_story" .. name } end

local path = "/repos/octo-org/hello-world/issues/7"
local first = hub:get(path, as("One")):expect(200)
local spent = github:spent()
github:script { path = path, times = 2, delay_ms = 1000 }
local waiting = {}
for i, name in ipairs { "Two", "Three" } do
	waiting[i] = hub:send { method = "GET", path = path, headers = as(name) }
	hub:eventually("the question to go out", function() return #hub:show("tickets") == i end)
end
t.clock:advance(2)
for _, one in ipairs(waiting) do
	one:expect(200):expect_body(first.body)
		:expect_match("Cache-Status", "uri%-miss; fwd%-status=304")
end
github:expect_spent(spent)
