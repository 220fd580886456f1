-- c019: max_bytes is a bound: old copies make room for new ones.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { { use = "cache", max_bytes = "1MiB" } } }

local token = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0",
	["User-Agent"] = "story" }
for _ = 1, 40 do
	github:post("/repos/octo-org/hello-world/issues",
		{ title = "Large", body = ("x"):rep(60000) }, token):expect(201)
end
for i = 96, 135 do hub:get("/repos/octo-org/hello-world/issues/" .. i):expect(200) end
local state = hub:admin("GET", "/show/cache/state"):expect(200):json()
t.expect(state.bytes <= 1048576, "the cache holds " .. state.bytes .. " bytes")
t.expect(state.entries > 5, "the cache holds " .. state.entries .. " entries")
t.expect_equal(state.entries + state.evicted, 40, "entries and those that made room")
hub:get("/repos/octo-org/hello-world/issues/135"):expect(200)
	:expect_match("Cache-Status", "fwd%-status=304")
