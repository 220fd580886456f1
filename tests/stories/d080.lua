-- d080: GitHub's secondary limits stand by the held clock, and what they refused is counted.
local t = require "story"
local github = t.github { concurrent = 2, route_points = 5, block = "30s",
	response_min = "1s", response_max = "1s", hidden = { "GET /users/*=1" } }
local hub = t.hub { upstream = github, clock = "held" }

local own = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0",
	["User-Agent"] = "story" }

-- Asked of GitHub itself; it has arrived and waits for the clock.
local function begin(path)
	local held = github:state().held
	local pending = github:send { path = path, headers = own }
	hub:eventually("GitHub to hold " .. path, function() return github:state().held > held end)
	return pending
end

local function ask(path)
	local pending = begin(path)
	t.clock:advance(1)
	return pending:expect(200)
end

-- the third at once is one too many, and is told so while the others are under way
local path = "/repos/octo-org/hello-world"
local first, second = begin(path), begin(path .. "/labels")
github:get("/zen", own):expect(403):expect_header("Retry-After", "30")
first:expect_pending()
t.clock:advance(1)
first:expect(200)
second:expect(200)
github:expect_refused(1, "concurrent")

-- a limit that nobody was told of
t.clock:advance(30)
ask("/users/octocat")
local refused = github:get("/users/hubot", own):expect(403):json()
t.expect(refused.message:find("secondary rate limit", 1, true), refused.message)
github:expect_refused(1, "hidden")

-- a route's points come back when the minute is over
github:secondary { status = 429, retry_after = "none", block_ms = 0 }
for _ = 1, 5 do ask(path .. "/languages") end
github:get(path .. "/languages", own):expect(429):expect_header("Retry-After", false)
t.clock:advance(55)
ask(path .. "/languages")
github:expect_refused(1, "route_points"):expect_refused(3)
t.expect_equal(github:stats().max_concurrent, 2, "the most at once")
t.expect_equal(hub:show("simulator/stats").refused, 3, "refused, by the admin socket")
