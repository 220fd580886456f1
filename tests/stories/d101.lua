-- d101: equal GraphQL queries of one client share one question; other bodies and mutations do not.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local repo = hub:get("/repos/octo-org/hello-world"):expect(200):json()
local query = { query = "{ viewer { login } }" }
github:script { path = "/graphql", times = 99, delay_ms = 5000 }

local equal = {}
for n = 1, 4 do equal[n] = hub:post_later("/graphql", query) end
local other = hub:post_later("/graphql", { query = "{ viewer { name } }" })
local foreign = hub:post_later("/graphql", query, { Accept = "application/json" })
t.clock:advance(6)
for n = 1, 4 do
	t.expect_equal(equal[n]:expect(200):json().data.viewer.login, "monalisa", "login")
end
other:expect(200)
foreign:expect(200)
github:expect_requests(3, { target = "/graphql" })

-- two equal mutations are two changes
local change = { query = "mutation ($i: CreateIssueInput!) { createIssue(input: $i) " ..
	"{ issue { number } } }", variables = { i = { repositoryId = repo.node_id, title = "x" } } }
local one, two = hub:post_later("/graphql", change), hub:post_later("/graphql", change)
t.clock:advance(12)
local a = one:expect(200):json().data.createIssue.issue.number
local b = two:expect(200):json().data.createIssue.issue.number
t.expect(a ~= b, "two mutations made one issue")
github:expect_requests(5, { target = "/graphql" })
