-- x012: a client that takes nothing of its reply is cut after write_timeout.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = {
	http = { write_timeout = "30s", write_window_bytes = "4KiB" } } }

local token = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0",
	["User-Agent"] = "story" }
local text = ("0123456789abcde\n"):rep(4060)
for i = 1, 100 do
	github:post("/repos/octo-org/hello-world/issues",
		{ title = "Large " .. i, body = text }, token):expect(201)
end
local stuck = hub:send { path = "/repos/octo-org/hello-world/issues?per_page=100",
	headers = token, receive_bytes = 4096 }
stuck.conn:fill(10)
t.clock:advance(29)
t.expect(#hub:show("requests") == 1, "it was cut early")
t.clock:advance(2)
hub:eventually("it to be cut", function() return #hub:show("requests") == 0 end)
hub:get("/repos/octo-org/hello-world", token):expect(200)
