-- d207: however GitHub's numbers jump, disagree or lie, not one request is sent too many.
-- P7 of GitHub's pitfalls: /rate_limit and headers that are stale, jump, disagree.
local t = require "story"
local LIMIT, MORE = 12, 4
local github = t.github { limit = LIMIT, window = "60s" }
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { overview_for = "0", deadline = "10min" } } }

local critical = { ["X-Hubgate-Priority"] = "critical" }
local n = 0
local function ask()
	n = n + 1
	return hub:get_later("/repos/octo-org/hello-world/issues?per_page=1&page=" .. n, critical)
end

-- More than the budget has, 3 s apart: what one answer does not say, a later one does.
for _, name in ipairs { "full_rate_limit", "reset_jitter", "missing_headers",
	"negative_remaining", "lying_remaining", "late_headers", "late_headers", "two_windows",
	"two_windows" } do
	-- now and then: not always the same ones of them
	github:get("/zen", { ["User-Agent"] = "story" })
	github:odd { name }
	local before, asked = #github:requests { counted = true }, {}
	for k = 1, LIMIT + MORE do
		asked[k] = ask()
		if k % 4 == 0 then hub:get("/rate_limit", critical):expect(200) end
		t.clock:advance(3)
	end
	local went = #github:requests { counted = true } - before
	t.expect(went >= LIMIT - 2 and went <= LIMIT, went .. " went, of " .. name)
	t.expect_equal(github:stats().refused, 0, "refused, of " .. name)
	asked[LIMIT + MORE]:expect_pending()

	github:odd {}
	t.clock:advance(20) -- the window that began with the first of them is over
	for _, one in ipairs(asked) do one:expect(200) end
	t.expect_equal(github:stats().refused, 0, "refused at the reset, of " .. name)
	t.clock:advance(70)
end
