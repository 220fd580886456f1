-- b015: a large body comes through whole.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local lines = {}
for i = 1, 40000 do lines[i] = ("line %d of a body that no buffer holds at once"):format(i) end
local body = table.concat(lines, "\n")
github:script { path = "/repos/octo-org/hello-world/contents/big", status = 200, body = body,
	times = 2 }
hub:get("/repos/octo-org/hello-world/contents/big"):expect(200):expect_body(body)
