-- b015: a large body comes through whole, whatever buffers it passes.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local token = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0",
	["User-Agent"] = "story" }
local text = ("0123456789abcde\n"):rep(4060)
for i = 1, 70 do
	github:post("/repos/octo-org/hello-world/issues",
		{ title = "Large " .. i, body = text }, token):expect(201)
end
local path = "/repos/octo-org/hello-world/issues?per_page=70"
local direct = github:get(path, token):expect(200)
t.expect(#direct.body > 4000000, "the body is too small to prove anything")
local through = direct.body:gsub('url":"' .. github.url, 'url":"' .. hub.url)
hub:get(path, token):expect(200):expect_body(through)
hub:get(path, token):expect(200):expect_body(through) -- from memory
	:expect_match("Cache-Status", "fwd%-status=304")
