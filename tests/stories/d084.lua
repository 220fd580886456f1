-- d084: a query costs what GitHub says it costs, and its ends are told inside a 200.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local own = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0" }
github:token { add = "ghp_storyStoryStoryStoryStoryStoryStory0=octocat" }
local function query(text)
	return hub:post("/graphql", { query = text }, own):expect(200)
end

local dear = [[{ rateLimit { cost nodeCount } viewer { repositories(first: 100) { nodes {
	issues(first: 50) { nodes { labels(first: 20) { totalCount } } } } } } }]]
local reply = query(dear):expect_header("X-RateLimit-Used", 51)
t.expect_equal(reply:json().data.rateLimit.cost, 51, "the cost")
t.expect_equal(reply:json().data.rateLimit.nodeCount, 105100, "the nodes")
github:expect_spent(51)

-- an answer that ends half-way
github:odd { graphql_nodes = 5 }
local half = query '{ organization(login: "octo-org") { login name id url createdAt } }':json()
t.expect_equal(half.errors[1].type, "RESOURCE_LIMITS_EXCEEDED", "the type of the error")
t.expect_equal(half.data.organization.login, "octo-org", "what was made")
github:odd { graphql_nodes = 0 }
github:expect_spent(52)
