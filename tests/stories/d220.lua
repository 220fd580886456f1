-- d220: curl, browsers and who compresses get the same bytes and the same tag as everybody else.
-- P20 of GitHub's pitfalls: bodies indented by User-Agent, and `W/` when compressed.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world/issues/7"
local token = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0"
local indented = github:get(path, { ["User-Agent"] = "curl/7.88.1", Authorization = token })
t.expect(indented:expect(200).body:find("\n", 1, true), "GitHub does not indent for curl")
local spent = github:spent()

local first = hub:get(path, { ["User-Agent"] = "curl/7.88.1" }):expect(200)
t.expect(not first.body:find("\n", 1, true), "indented: " .. first.body:sub(1, 100))
for _, agent in ipairs { "Wget/1.21", "Mozilla/5.0 Firefox/115.0", "Mozilla/5.0 Safari/605.1",
	"octokit-core.js/7.0", "" } do
	hub:get(path, { ["User-Agent"] = agent ~= "" and agent or false }):expect(200)
		:expect_body(first.body):expect_header("ETag", first:header("ETag"))
		:expect_match("Cache-Status", "fwd%-status=304")
end
for _, coding in ipairs { "gzip, deflate", "identity", "br" } do
	hub:get(path, { ["Accept-Encoding"] = coding }):expect(200):expect_body(first.body)
		:expect_header("Content-Encoding", false)
		:expect_match("Cache-Status", "fwd%-status=304")
end
github:expect_spent(spent + 1)
for _, asked in ipairs(github:requests { target = path }) do
	t.expect(asked.user_agent:find("^hubgate/") or asked.user_agent:find("^curl/"),
		"it calls itself " .. asked.user_agent)
end
