-- d137: what becomes of a budget is told: that it is low, that GitHub refused, what was learned.
local t = require "story"
local told = require "story.events".new { "ratelimit.*", "secondary.*" }
local github = t.github { limit = 40, window = "600s" }
local hub = t.hub { upstream = github, clock = "held", plugins = told:beside(),
	config = { dispatch = { low_at = "25%" } } }
local critical = { ["X-Hubgate-Priority"] = "critical", ["X-Hubgate-Deadline"] = "5" }
local n = 0
local function ask()
	n = n + 1
	return hub:get("/repos/octo-org/hello-world/issues/" .. n, critical)
end

-- low: at less than a quarter
for _ = 1, 35 do ask():expect(200) end
local event = told:next("ratelimit.low")
t.expect_equal(event.credential, "main", "whose")
t.expect_equal(event.resource, "core", "which")
t.expect_equal(event.remaining, 9, "what is left")
t.expect_equal(event.limit, 40, "of")
-- somebody else spends the rest, and GitHub has to say so
github:limit { remaining = 0, reset_in_s = 100 }
ask():expect(403)
event = told:next("ratelimit.exceeded")
t.expect_equal(event.kind, "primary", "the kind")
t.expect_equal(event.status, 403, "the status")
t.expect(event["until"], "until when")
for _ = 1, 3 do ask():expect(429):expect_json { code = "no_budget" } end
t.clock:advance(110)
github:limit { limit = 40, remaining = 40, reset_in_s = 600 }
t.clock:advance(3)

-- a secondary limit below what GitHub publishes: told, and the lower one held from now on
github:hidden { route = "/repos/*/labels", points = 3 }
local reply
for k = 1, 4 do
	reply = hub:get("/repos/octo-org/hello-world/labels?per_page=" .. k, critical)
end
reply:expect(403)
local first, second = told:next_of { "ratelimit.exceeded", "secondary.learned" },
	told:next_of { "ratelimit.exceeded", "secondary.learned" }
local kind = first.kind or second.kind
t.expect_equal(kind, "secondary", "the kind")
local learned = first.was and first or second
t.expect(learned.was > learned.is and learned.is <= 4, learned.was .. " -> " .. learned.is)
t.expect(learned.route:find("labels"), learned.route)
