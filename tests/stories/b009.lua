-- b009: a renamed repository's 301 leads back through hubgate.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local moved = hub:get("/repos/octo-org/old-name?a=b"):expect(301)
moved:expect_match("Location", "^" .. hub.url:gsub("%p", "%%%0") .. "/repositories/%d+%?a=b$")
local there = hub:get(moved:header("Location"):sub(#hub.url + 1)):expect(200)
there:expect_json { full_name = "octo-org/hello-world" }
