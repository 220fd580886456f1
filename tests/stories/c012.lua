-- c012: a copy's links lead each client back to the base it used.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/orgs/octo-org/repos?per_page=1"
local by_name = hub:get(path):expect(200):link("next")
local host = "127.0.0.1:" .. hub.place.port
local by_address = hub:get(path, { Host = host }):expect(200):expect_match("Cache-Status", "hit")
	:link("next")
t.expect_equal(by_name:sub(1, #hub.url), hub.url, "the base by name")
t.expect_equal(by_address:sub(1, #host + 7), "http://" .. host, "the base by address")
