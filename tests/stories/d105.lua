-- d105: a GraphQL query that GitHub failed at is tried again, but not one that took too long.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local repo = hub:get("/repos/octo-org/hello-world"):expect(200):json()
github:script { path = "/graphql", times = 1, status = 500 }
local query = hub:post_later("/graphql", { query = "{ viewer { login } }" })
t.clock:advance(5)
query:expect(200)
github:expect_requests(2, { target = "/graphql" })

-- GitHub cuts what takes over 10 s with a 502 of its own, and takes points for it each time
github:script { path = "/graphql", times = 1, status = 502 }
hub:post_later("/graphql", { query = "{ viewer { name } }" }):expect(502)
github:expect_requests(3, { target = "/graphql" })

github:script { path = "/graphql", times = 1, status = 502 }
local change = hub:post_later("/graphql", { query = "mutation ($i: CreateIssueInput!) " ..
	"{ createIssue(input: $i) { issue { number } } }",
	variables = { i = { repositoryId = repo.node_id, title = "x" } } })
t.clock:advance(5)
change:expect(502)
github:expect_requests(4, { target = "/graphql" })
