-- p041: each phase has its say, in the order of the configuration, and DONE comes exactly once.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	plugins = { { use = "phases", name = "first" }, { use = "phases", name = "second" } } }
local path = "/repos/octo-org/hello-world"

local function expect_counts(instance, counts)
	hub:eventually("all to be over", function()
		return hub:show(instance .. "/state").open == 0
	end)
	local state = hub:show(instance .. "/state")
	for name, n in pairs(counts) do
		t.expect_equal(state[name], n, instance .. "'s " .. name)
	end
end

-- ADMIT
hub:get(path, { ["X-Test-Refuse"] = "1" }):expect(403):expect_header("Retry-After", 7)
	:expect_json { code = "test_refused", detail = "first does not like it." }
expect_counts("first", { admit = 1, weigh = 0, lookup = 0, done = 1 })
expect_counts("second", { admit = 0, done = 0, others = 1 })
github:expect_requests(0)

-- LOOKUP
local kept = hub:get(path, { ["X-Test-Stored"] = "1" }):expect(200):expect_body("a kept reply")
kept:expect_header("Age", 5):expect_match("Cache-Status", "hit; detail=test")
hub:get(path, { ["X-Test-Stored"] = "1", ["If-None-Match"] = '"kept"' }):expect(304):expect_body("")
expect_counts("first", { admit = 3, lookup = 2, send = 0, done = 3 })
github:expect_requests(0)

-- SEND, HEAD (in reverse: the second writes first), KEEP
local reply = hub:get(path):expect(200):expect_header("X-Test-Head", "second")
t.expect(not reply:header("X-GitHub-Media-Type"), "HEAD's removal did not work")
expect_counts("first", { send = 1, head = 1, keep = 1, keep_bytes = #reply.body, done = 4 })
expect_counts("second", { send = 1, head = 1, keep = 1, keep_bytes = #reply.body, done = 3 })

-- WEIGH: class and deadline
github:script { path = path, delay_ms = 20000 }
local slow = hub:get_later(path, { ["X-Test-Class"] = "low", ["X-Test-Deadline-Ms"] = "1000" })
t.expect_equal(hub:show("tickets")[1].class, "low", "the class")
t.clock:advance(1.1)
slow:expect(504)
expect_counts("first", { done = 5, aborted = 0 })

-- a client that leaves is done, too
github:script { path = "/users/octocat", delay_ms = 20000 }
hub:get_later("/users/octocat"):leave()
hub:eventually("it to be noticed", function() return hub:show("first/state").aborted == 1 end)
expect_counts("first", { done = 6 })
