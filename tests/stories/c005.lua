-- c005: a write through hubgate is seen by the next read, fresh or not.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world"
hub:get(path):expect(200)
hub:get(path):expect(200):expect_match("Cache-Status", "hit")
hub:patch(path, { description = "Changed by a story" }):expect(200)
hub:get(path):expect(200):expect_json { description = "Changed by a story" }
