-- b015: a large body comes through whole, whatever buffers it passes.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path, token = github:large_list(70)
local direct = github:get(path, token):expect(200)
t.expect(#direct.body > 4000000, "the body is too small to prove anything")
local through = direct.body:gsub('url":"' .. github.url, 'url":"' .. hub.url)
hub:get(path, token):expect(200):expect_body(through)
hub:get(path, token):expect(200):expect_body(through) -- from memory
	:expect_match("Cache-Status", "fwd%-status=304")
