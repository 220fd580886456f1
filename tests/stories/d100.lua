-- d100: what a GraphQL query will cost is taken from the points' budget before it is sent.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

-- 1 + 100 + 100 x 50 requests to GitHub are 51 points
local dear = { query = [[ query ($n: Int = 9) { rateLimit { cost }
	viewer { repositories(first: $n) { nodes { issues(first: 50) { nodes {
		labels(first: 20) { totalCount } } } } } } } ]], variables = { n = 100 } }

local function points()
	for _, row in ipairs(hub:show("budgets")) do
		if row.resource == "graphql" then return row end
	end
end

hub:post("/graphql", { query = "{ viewer { login } }" }):expect(200)
t.expect_equal(points().remaining, 4999, "left after a query of one point")

github:script { path = "/graphql", times = 1, delay_ms = 5000 }
local pending = hub:post_later("/graphql", dear)
t.expect_equal(points().in_flight, 51, "points under way")
t.expect_equal(points().remaining, 4948, "left while it is under way")
t.clock:advance(6)
t.expect_equal(pending:expect(200):json().data.rateLimit.cost, 51, "what it cost")
t.expect_equal(points().in_flight, 0, "points under way")
t.expect_equal(points().remaining, 4948, "left when it is answered")

-- for what has not enough points the answer is how long to wait, and GitHub has nothing to refuse
github:limit { resource = "graphql", remaining = 30 }
local urgent = { ["X-Hubgate-Priority"] = "critical" }
hub:post("/graphql", { query = "{ viewer { name } }" }):expect(200)
hub:post("/graphql", dear, urgent):expect(429):expect_header("Retry-After")
hub:post("/graphql", { query = "{ viewer { name } }" }, urgent):expect(200)
github:expect_refused(0)
