-- b029: URLs in JSON lead back to the base each client used, and each base has a tag of its own.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world"
local function as(host, tag)
	return { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0", Host = host,
		["User-Agent"] = "story", ["If-None-Match"] = tag }
end
local direct = github:get(path, as()):expect(200)
local bases = { { "localhost", "" }, { "127.0.0.1", "" }, { "localhost", "/api/v3" } }
local tags = {}
for _ = 1, 2 do -- from GitHub, then from memory
	for i, base in ipairs(bases) do
		local host = base[1] .. ":" .. hub.ports[1]
		local mine = direct.body:gsub('url":"' .. github.url, 'url":"http://' .. host .. base[2])
		local reply = hub:get(base[2] .. path, as(host)):expect(200):expect_body(mine)
		local tag = reply:header("ETag")
		tags[i] = tags[i] or tag
		t.expect_equal(tag, tags[i], "the tag of " .. host .. base[2])
		hub:get(base[2] .. path, as(host, tag)):expect(304)
			:expect_header("ETag", tag)
	end
end
t.expect(tags[1] ~= tags[2] and tags[2] ~= tags[3] and tags[1] ~= tags[3], "bases share a tag")
hub:get(path, as(nil, tags[2])):expect(200)
hub:get(path, as(nil, direct:header("ETag"))):expect(200)
