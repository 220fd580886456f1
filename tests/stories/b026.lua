-- b026: hubgate says that it lives and is ready.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/livez"):expect(200)
hub:get("/readyz"):expect(200):expect_json { status = "ready" }
github:expect_requests(0)
