-- c023: Cache-Control of a request is understood as HTTP writes it.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local path, other = "/repos/octo-org/hello-world", "/repos/octocat/Hello-World"
local function asks(field, at) return hub:get(at or path, { ["Cache-Control"] = field }) end

asks("Only-If-Cached"):expect(504):expect_json { code = "not_kept" }
github:expect_requests(0)
asks("No-Store", other):expect(200)
hub:get(other):expect(200):expect_match("Cache-Status", "uri%-miss")

hub:get(path):expect(200):expect_match("Cache-Status", "uri%-miss")
asks("only-if-cached"):expect(200):expect_match("Cache-Status", "hit")
asks("private=\"a, no-cache\""):expect(200):expect_match("Cache-Status", "hit")
asks("No-Cache"):expect(200):expect_match("Cache-Status", "fwd=stale")
t.clock:advance(10)
asks("Max-Age=\"10\""):expect(200):expect_match("Cache-Status", "hit")
asks("min-fresh=290"):expect(200):expect_match("Cache-Status", "hit")
asks("min-fresh=291, only-if-cached"):expect(504)
asks("Max-Age=9"):expect(200):expect_match("Cache-Status", "fwd=stale")
