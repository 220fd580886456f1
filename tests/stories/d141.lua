-- d141: rate headers that no window can have stop nobody, and let nobody go too often.
-- A reset in the past, limits of more than 64 bits, less than nothing left: beside d207's.
local t = require "story"
local LIMIT = 12
local github = t.github { limit = LIMIT, window = "60s" }
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { deadline = "10min" } } }
local critical = { ["X-Hubgate-Priority"] = "critical" }
local n = 0
local function ask()
	n = n + 1
	return hub:get_later("/repos/octo-org/hello-world/issues?per_page=1&page=" .. n, critical)
end

for _, name in ipairs { "reset_in_the_past", "huge_limit", "negative_remaining",
	"missing_headers" } do
	github:odd { name }
	local asked = {}
	for k = 1, LIMIT - 2 do
		asked[k] = ask()
		t.clock:advance(1)
	end
	for _, one in ipairs(asked) do one:expect(200) end
	t.expect_equal(github:stats().refused, 0, "refused, of " .. name)
	for _, row in ipairs(hub:show("budgets")) do
		if row.limit and row.resource == "core" then
			t.expect(row.remaining >= 0 and row.remaining <= row.limit,
				("%s of %s are left, of %s"):format(row.remaining, row.limit, name))
		end
	end
	github:odd {}
	t.clock:advance(70)
	ask():wait():expect(200)
	t.clock:advance(70)
end

-- by hand: what no simulator says
for _, fields in ipairs {
	{ limit = "-1", remaining = "-7", reset = "-60" },
	{ limit = "99999999999999999999999", remaining = "99999999999999999999998", reset = "0" },
	{ limit = "5000", remaining = "4999999", reset = "1e9" },
	{ limit = "", remaining = "", reset = "" },
	{ limit = "five", remaining = "many", reset = "soon" },
	{ limit = "0", remaining = "0", reset = "99999999999999" },
} do
	local headers = { ["X-RateLimit-Resource"] = "core" }
	for name, value in pairs(fields) do headers["X-RateLimit-" .. name] = value end
	github:script { path = "/users/octocat", status = 200, headers = headers, free = true,
		body = { login = "octocat" } }
	hub:get("/users/octocat?n=" .. fields.limit, critical):expect(200)
	local next_one = ask()
	t.clock:advance(1)
	next_one:expect(200)
end
