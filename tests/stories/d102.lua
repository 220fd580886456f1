-- d102: an answer to a GraphQL query is kept for `graphql_for`, and for who asked only.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	plugins = { { use = "cache", graphql_for = "30s" } } }

local query = { query = "query ($n: Int!) { viewer { login } rateLimit { limit nodeCount } }",
	variables = { n = 1 } }
local function ask(headers) return hub:post("/graphql", query, headers):expect(200) end

ask():expect_match("Cache-Status", "fwd=uri%-miss")
t.clock:advance(29)
local kept = ask():expect_match("Cache-Status", "hit"):expect_header("Age", 29)
t.expect_equal(kept:json().data.viewer.login, "monalisa", "login")
hub:post("/api/graphql", query):expect(200):expect_match("Cache-Status", "hit")
github:expect_requests(1, { target = "/graphql" })
t.clock:advance(1)
ask():expect_match("Cache-Status", "fwd=stale")
github:expect_requests(2, { target = "/graphql" })

-- other eyes, another body, another form of answer, a wish for a fresh one
github:token { add = "ghp_storyOwnStoryOwnStoryOwnStoryOwn0000=outsider" }
local foreign = ask { Authorization = "Bearer ghp_storyOwnStoryOwnStoryOwnStoryOwn0000" }
t.expect_equal(foreign:json().data.viewer.login, "outsider", "login")
query.variables.n = 2
ask():expect_match("Cache-Status", "fwd=uri%-miss")
ask { Accept = "application/json" }:expect_match("Cache-Status", "fwd=uri%-miss")
ask { ["Cache-Control"] = "no-cache" }:expect_match("Cache-Status", "fwd=stale")
github:expect_requests(6, { target = "/graphql" })

-- where it is not certain that it only reads, nothing is kept
for _ = 1, 2 do
	hub:post("/graphql", '{"query":"{viewer{login}}"}', { ["Content-Type"] = "text/plain" })
		:expect_header("Cache-Status", false)
	t.clock:advance(2) -- a second lies between what may be writes
end
github:expect_requests(8, { target = "/graphql" })
