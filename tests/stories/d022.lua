-- d022: /rate_limit is answered from the ledgers, with what was spent since GitHub was asked.
local t = require "story"
local github = t.github { limit = 5000, reset_after_s = 3000 }
local hub = t.hub { upstream = github, clock = "held" }

local function core(reply)
	local all = reply:expect(200):json()
	t.expect_equal(all.rate.remaining, all.resources.core.remaining, "rate beside core")
	t.expect_equal(all.resources.core.used + all.resources.core.remaining, 5000, "the sum")
	return all.resources.core, all
end

local first, all = core(hub:get("/rate_limit"))
local names = 0
for _ in pairs(all.resources) do names = names + 1 end
t.expect(names > 3, "GitHub named more resources")
hub:get("/repos/octo-org/hello-world"):expect(200)
hub:get("/users/octocat"):expect(200)
hub:get("/search/issues?q=x"):expect(200)
local later = hub:get("/rate_limit"):expect(200):expect_header("Cache-Status",
	"hubgate; hit; detail=ledger")
local second, again = core(later)
t.expect_equal(second.remaining, first.remaining - 2, "what is left of core")
t.expect_equal(again.resources.search.used, all.resources.search.used + 1, "search that was used")
for name in pairs(all.resources) do
	t.expect(again.resources[name], "resource " .. name .. " is missing")
end
later:expect_header("X-RateLimit-Remaining", math.tointeger(second.remaining))
hub:head("/rate_limit"):expect(200):expect_body("")
hub:get("/api/v3/rate_limit"):expect(200):expect_match("Cache-Status", "ledger")
github:expect_requests(1, { target = "/rate_limit" })

-- what others spend is asked for after a minute
github:limit { resource = "core", limit = 5000, remaining = 4000, reset_in_s = 3000 }
t.clock:advance(59)
t.expect_equal(core(hub:get("/rate_limit")).remaining, second.remaining, "what is left still")
t.clock:advance(1)
t.expect_equal(core(hub:get("/rate_limit")).remaining, 4000, "what GitHub says is left")

-- a client with its own token has its own books
local own = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0" }
local left = core(hub:get("/rate_limit", own)).remaining
hub:get("/users/hubot", own):expect(200)
t.expect_equal(core(hub:get("/rate_limit", own)).remaining, left - 1, "what the client has left")
github:expect_requests(3, { target = "/rate_limit" })
