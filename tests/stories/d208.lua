-- d208: a secondary limit is waited out however GitHub words it, and a client never hears of it.
-- P8 of GitHub's pitfalls: 403 or 429, with Retry-After or without, remaining above 0 or not.
local t = require "story"
local github = t.github { reset_after_s = 3500, block = "20s" }
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { deadline = "10min" } } }

-- wait_s: Retry-After, or GitHub's minute; never the hour until the reset.
for n, row in ipairs {
	{ status = 403, retry_after = "seconds", remaining = "kept", wait_s = 20 },
	{ status = 403, retry_after = "date", remaining = "kept", wait_s = 20 },
	{ status = 429, retry_after = "seconds", remaining = "kept", wait_s = 20 },
	{ status = 429, retry_after = "date", remaining = "kept", wait_s = 20 },
	{ status = 403, retry_after = "seconds", remaining = "zero", wait_s = 20 },
	{ status = 429, retry_after = "date", remaining = "zero", wait_s = 20 },
	{ status = 403, retry_after = "none", remaining = "kept", wait_s = 60 },
	{ status = 403, retry_after = "none", remaining = "kept", wait_s = 60 },
	{ status = 429, retry_after = "none", remaining = "kept", wait_s = 60 },
} do
	github:secondary { status = row.status, retry_after = row.retry_after,
		remaining = row.remaining, limited_by = n % 2 == 0 }
	github:hidden { route = "/users/*", points = 1 }
	hub:get("/users/octocat"):expect(200)
	local second = hub:get_later("/users/monalisa")
	hub:eventually("GitHub to refuse it", function() return github:stats().refused == n end)
	t.clock:advance(row.wait_s - 1)
	second:expect_pending()
	github:expect_refused(n)
	github:hidden { clear = true }
	t.clock:advance(9)
	second:expect(200)
	github:expect_refused(n)
	t.clock:advance(180)
end
