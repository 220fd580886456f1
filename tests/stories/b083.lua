-- b083: `hubgate trace ID` tells a request's way with its times, also when it ended.
local t = require "story"
local json = require "story.json"
local github = t.github { limit = 1, reset_after_s = 60 }
local hub = t.hub { upstream = github, clock = "held" }

local function events(id)
	local told = {}
	for _, e in ipairs(json.decode(hub:command { "trace", id, "--json" }).events) do
		told[#told + 1] = ("%s %s"):format(e.event, e.word or e.status or "")
	end
	return table.concat(told, "\n")
end

local path = "/repos/octo-org/hello-world"
hub:get(path, { ["X-Request-Id"] = "first" }):expect(200)
local told = events("first")
t.expect(told:match("^began GET /repos/octo%-org/hello%-world\nphase weigh\nphase lookup\n" ..
	"phase upstream\nqueued \nsent main\nstreaming 200\nover whole\nhead main\n" ..
	"github [%x:]+\ncache fwd=uri%-miss; fwd%-status=200; stored\nended local$"), told)

hub:get(path, { ["X-Request-Id"] = "second" }):expect(200)
told = events("second")
t.expect(told:match("\nhook answered cache\nreply \ncache hit; ttl=%d+\nended local$"), told)

-- One that is under way: parked, why and for how long.
local waits = hub:get_later("/users/octocat", { ["X-Request-Id"] = "third",
	["X-Hubgate-Deadline"] = "1h" })
local table_of = hub:command { "trace", "third" }
t.expect(table_of:match("^AFTER MS  WHERE +EVENT +STATUS  ATTEMPT +FOR  WHAT\n"), table_of)
t.expect(table_of:match("dispatch  parked +%- +%- +1min %d+s  empty\n"), table_of)
t.clock:advance(120)
waits:expect(200)
table_of = hub:command { "trace", "third" }
t.expect(table_of:match("\n +%d%d%d%d%d%.?%d*  dispatch  sent +%- +1 +%-  main\n"), table_of)

-- An equal request that shares the fetch names the one it shares with.
github:limit { resource = "core", limit = 50, remaining = 50, reset_in_s = 600 }
t.clock:advance(3600)
github:script { path = "/users/octo-org", delay_ms = 1000 }
local a = hub:get_later("/users/octo-org", { ["X-Request-Id"] = "lead" })
local b = hub:get_later("/users/octo-org", { ["X-Request-Id"] = "follower" })
t.clock:advance(2)
a:expect(200)
b:expect(200)
told = events("follower")
t.expect(told:find("\njoined lead\n", 1, true), told)

-- A copy that GitHub confirmed: the cache answers when the head has come.
t.clock:advance(400)
hub:get(path, { ["X-Request-Id"] = "confirmed" }):expect(200)
told = events("confirmed")
t.expect(told:match("\nhead main\ngithub [%x:]+\nhook answered cache\ncache fwd=stale"), told)

local no = hub:command({ "trace", "nosuch" }, 1)
t.expect(no:find("No request with this id was seen lately", 1, true), no)
no = hub:command({ "trace" }, 1)
t.expect(no:find("trace needs a request's id", 1, true), no)
