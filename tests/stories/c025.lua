-- c025: of two caches in one stack the one that has the copy answers GitHub's 304.
local t = require "story"
local github = t.github()
local function stack(...)
	return { upstream = github, clock = "held", plugins = { ... } }
end
local hub = t.hub(stack("cache", "ratelimit"))
local path = "/users/octocat"

local first = hub:get(path):expect(200)
hub:reload(stack("cache", { use = "cache", name = "second" }, "ratelimit")):expect(200)
t.clock:advance(3600)
hub:get(path):expect(200):expect_match("Cache-Status", "fwd%-status=304"):expect_body(first.body)
github:expect_requests(1, { target = path, status = 304 })
-- and both have it when it was fetched anew
hub:get("/users/monalisa"):expect(200)
t.clock:advance(3600)
hub:get("/users/monalisa"):expect(200):expect_match("Cache-Status", "fwd%-status=304")
hub:reload(stack({ use = "cache", name = "second" }, "ratelimit")):expect(200)
t.clock:advance(3600)
hub:get("/users/monalisa"):expect(200):expect_match("Cache-Status", "fwd%-status=304")
