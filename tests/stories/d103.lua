-- d103: a write ends what is kept of its own scope's GraphQL queries, and is never kept itself.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	plugins = { { use = "cache", graphql_for = "10min" } } }

local theirs = { Authorization = "Bearer ghp_storyOwnStoryOwnStoryOwnStoryOwn0000" }
github:token { add = "ghp_storyOwnStoryOwnStoryOwnStoryOwn0000=hubot" }
local path = "/repos/octo-org/hello-world"
local repo = hub:get(path):expect(200):json()
local query = { query = 'query { repository(owner: "octo-org", name: "hello-world") ' ..
	"{ description issues(first: 1) { totalCount } } }" }
local function ask(cached, headers)
	return hub:post("/graphql", query, headers):expect(200)
		:expect_match("Cache-Status", cached):json().data.repository
end

local before = ask("fwd=uri%-miss").issues.totalCount
ask("fwd=uri%-miss", theirs)
ask("hit")
local change = { query = "mutation ($i: CreateIssueInput!) { createIssue(input: $i) " ..
	"{ issue { number } } }", variables = { i = { repositoryId = repo.node_id, title = "x" } } }
for _ = 1, 2 do
	hub:post("/graphql", change):expect(200):expect_header("Cache-Status", false)
	t.clock:advance(2)
end
t.expect_equal(ask("fwd=stale").issues.totalCount, before + 2, "issues after two mutations")
ask("hit")
ask("hit", theirs)

-- so does a write by REST: who wrote reads what was written
hub:patch(path, { description = "Changed by a story" }):expect(200)
t.expect_equal(ask("fwd=stale").description, "Changed by a story", "description")
