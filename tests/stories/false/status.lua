-- says: expected 404, got 200
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/hello-world"):expect(404)
