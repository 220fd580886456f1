-- d144: a budget that will not last to its reset is told of long before it ends, once a window.
local t = require "story"
local told = require "story.events".new { "ratelimit.*" }
local LIMIT = 600
local github = t.github { limit = LIMIT, window = "1h" }
local hub = t.hub { upstream = github, clock = "held",
	plugins = told:beside { "cache", { use = "ratelimit", forecast_after = "5min" } } }
local critical = { ["X-Hubgate-Priority"] = "critical", ["X-Hubgate-Deadline"] = "5" }
local n = 0
local function ask_for(seconds)
	for _ = 1, seconds // 4 do
		n = n + 1
		hub:get("/repos/octo-org/hello-world/issues?per_page=1&page=" .. n, critical)
		t.clock:advance(4)
	end
end

github:limit { limit = LIMIT, remaining = LIMIT, reset_in_s = 3600 }
ask_for(900) -- 900 an hour
local event = told:next("ratelimit.exhaustion")
t.expect_equal(event.credential, "main", "whose")
t.expect_equal(event.resource, "core", "which")
t.expect(event.exhausted_at < event.reset_at, event.exhausted_at .. " is not before the reset")
t.expect(event.remaining > LIMIT / 2, "only " .. event.remaining .. " are left already")
-- that it is low is another matter, and comes when it is
ask_for(1400)
t.expect_equal(told:next("ratelimit.low").reset_at, event.reset_at, "the window")
