-- p034: a request waits for another thread and goes on there where it stopped.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "resume" } }

hub:get("/resume"):expect(200):expect_body("worked elsewhere, answered here")
hub:get("/offload"):expect(200):expect_body("worked elsewhere, answered here")
hub:get("/repos/octo-org/hello-world", { ["X-Test-Wait"] = "1" }):expect(200)
github:expect_requests(1)

-- many at once, and some that leave while they wait
local waiting = {}
for i = 1, 40 do waiting[i] = hub:send { path = i % 2 == 0 and "/resume" or "/offload" } end
for i = 1, 40 do
	if i % 5 == 0 then waiting[i]:leave() else waiting[i]:expect(200) end
end
