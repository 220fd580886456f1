-- d004: an upstream that refuses connections is a 502.
local t = require "story"
local hub = t.hub { upstream = "http://127.0.0.1:" .. t.dead_port(), token = false,
	config = { dispatch = { retries = 0 } } }

hub:get("/users/octocat"):expect(502):expect_json { code = "upstream_unreachable" }
