-- d016: what comes when dispatch.max_tickets wait already is told so at once.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = { dispatch = { max_tickets = 3 } } }

github:script { path = "*", delay_ms = 5000, times = 3 }
local waiting = {}
for i = 1, 3 do waiting[i] = hub:get_later("/repos/octo-org/hello-world/issues/" .. i) end
hub:get("/repos/octo-org/hello-world/issues/4"):expect(503):expect_json { code = "overloaded" }
	:expect_header("Retry-After")
t.clock:advance(5)
for _, reader in ipairs(waiting) do reader:expect(200) end
hub:get("/repos/octo-org/hello-world/issues/4"):expect(200)
github:expect_requests(4)
