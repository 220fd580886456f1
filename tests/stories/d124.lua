-- d124: of a request that was tried again, explain tells each try, who paid, and why again.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

github:script { path = "/users/octocat", times = 1, status = 502 }
local pending = hub:get_later("/users/octocat", { ["X-Request-Id"] = "again-1",
	["X-Hubgate-Explain"] = "1" })
hub:eventually("the rest before the next try", function()
	local row = hub:show("tickets")[1]
	return row and row.waits_for == "retry"
end)
local now = hub:admin("GET", "/explain/again-1"):expect(200):json().now[1]
t.expect_equal(now.waits_for, "retry", "what it waits for")
t.clock:advance(30)
pending:expect(200):expect_match("X-Hubgate-Explain",
	"^waited [%d.]+ s: rested before another try; 2 tries; paid by main; ")
local past = hub:admin("GET", "/explain/again-1"):expect(200):json().past
t.expect_equal(#past.tries, 2, "tries")
t.expect_equal(past.tries[1].answer, "502", "answer to the first")
t.expect_equal(past.tries[2].answer, "200", "answer to the second")
t.expect_equal(past.waits[#past.waits]["for"], "retry", "what it waited for")
local said = hub:command { "explain", "again-1" }
t.expect(said:find("try 1, paid by main: 502 after", 1, true), said)

-- nobody remembers it: the same as for one that never was
local none = hub:admin("GET", "/explain/never-was"):expect(404):json()
t.expect_equal(none.code, "unknown_request", "the code of a 404")
t.expect(none.message:find("trace_records", 1, true), none.message)
t.expect(hub:command({ "explain" }, 1):find("needs", 1, true), "a missing id")
