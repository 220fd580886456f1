-- b004: the body of a POST arrives byte for byte.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local title = 'Umlauts: äöü, "quotes" and a \\ backslash'
local made = hub:post("/repos/octo-org/hello-world/issues", { title = title })
made:expect(201):expect_json { title = title, number = 96 }
hub:get("/repos/octo-org/hello-world/issues/96"):expect(200):expect_json { title = title }
