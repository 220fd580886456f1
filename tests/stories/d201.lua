-- d201: who writes `token X` and who writes `Bearer X` share one copy, asked about for nothing.
-- P1 of GitHub's pitfalls: an ETag depends on the token, and on how it is spelled.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world/issues/7"
local token = "ghp_storyStoryStoryStoryStoryStoryStory0"
local function as(word) return { Authorization = word .. " " .. token } end

-- without the gateway GitHub has another tag for each spelling
local agent = { ["User-Agent"] = "story", Authorization = as("token").Authorization }
local spelled = github:get(path, agent):expect(200):header("ETag")
agent.Authorization = as("Bearer").Authorization
t.expect(github:get(path, agent):expect(200):header("ETag") ~= spelled, "the tags are equal")
local spent = github:spent()

local first = hub:get(path, as("token")):expect(200)
local second = hub:get(path, as("Bearer")):expect(200):expect_body(first.body)
	:expect_match("Cache-Status", "fwd%-status=304")
t.expect_equal(second:header("ETag"), first:header("ETag"), "the tag")
-- and the tag that one of them was given is good in the other's hands
local asks = as("bearer")
asks["If-None-Match"] = first:header("ETag")
hub:get(path, asks):expect(304)
github:expect_spent(spent + 1)

-- the gateway's own token is another one now: the copies are asked about by the tag it would have
for n = 1, 5 do hub:get(path .. n):expect(200) end
spent = github:spent()
hub:reload { token = "ghp_storyRotatedRotatedRotatedRotated00" }:expect(200)
for n = 1, 5 do
	hub:get(path .. n):expect(200):expect_match("Cache-Status", "fwd%-status=304")
end
github:expect_spent(spent)
