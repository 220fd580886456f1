-- c016: a read that a write overtook is not taken for fresh.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/hello-world"
github:script { method = "GET", path = path, delay_ms = 5000 } -- GitHub read it before the write
local reader = hub:get_later(path)
t.clock:advance(1)
hub:patch(path, { description = "Written meanwhile" }):expect(200)
t.clock:advance(4)
local old = reader:expect(200):json().description
t.expect(old ~= "Written meanwhile", "the read was not overtaken")
hub:get(path):expect(200):expect_json { description = "Written meanwhile" }
