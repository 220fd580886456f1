-- c007: twenty equal reads at once are one request to GitHub.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/hello-world/issues/7"
github:script { path = path, delay_ms = 5000 }
local readers = {}
for i = 1, 20 do readers[i] = hub:get_later(path) end
for _, reader in ipairs(readers) do reader:expect_pending() end
t.clock:advance(5)
for _, reader in ipairs(readers) do reader:expect(200):expect_json { number = 7 } end
github:expect_requests(1)
