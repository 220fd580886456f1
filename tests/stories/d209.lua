-- d209: GraphQL's limits inside a 200 are waited out; half an answer is handed on once, and a late
-- mutation is not repeated.
-- P9 of GitHub's pitfalls: limits inside a 200, partial answers, time-outs that cost.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local query = { query = '{ organization(login: "octo-org") { login name id url createdAt } }' }
-- A query is no write: it does not wait a second for the one before.
local function ask() return hub:post("/graphql", query):expect(200):json() end

-- partial: as it came, neither repeated nor kept
github:odd { graphql_nodes = 5 }
t.expect_equal(ask().errors[1].type, "RESOURCE_LIMITS_EXCEEDED", "the type of the error")
github:expect_requests(1, { method = "POST" })
github:odd { graphql_nodes = 0 }
t.expect_equal(ask().errors, nil, "the errors of the next answer")
github:expect_requests(2, { method = "POST" })

-- a 502 after ten seconds has cost its points; whoever asks decides about more
github:odd { "graphql_timeouts" }
local token = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0"
while github:state().served % 3 ~= 2 do
	github:get("/zen", { ["User-Agent"] = "story", Authorization = token }):expect(200)
end
local mutation = { query = 'mutation { createIssue(input: {repositoryId: "x", title: "t"}) '
	.. "{ issue { number } } }" }
local late = hub:post_later("/graphql", mutation)
t.clock:advance(11)
late:expect(502)
t.clock:advance(40)
github:expect_requests(3, { method = "POST" })

-- both limits are told in a 200: the client sees the answer only
github:odd {}
t.clock:advance(100)
local viewer = { query = "{ viewer { login } }" }
hub:post("/graphql", viewer):expect(200)
github:limit { resource = "graphql", remaining = 0, reset_in_s = 30 }
local before = github:stats().refused
local spent = hub:post_later("/graphql", { query = "{ viewer { login id } }" })
hub:eventually("GitHub to refuse it", function() return github:stats().refused > before end)
local behind = hub:post_later("/graphql", { query = "{ viewer { login url } }" })
t.clock:advance(28)
spent:expect_pending()
behind:expect_pending()
t.clock:advance(6)
for _, one in ipairs { spent, behind } do
	local answer = one:expect(200):json()
	t.expect(answer.data and not answer.errors, "an error: " .. one:wait().body)
end
github:expect_refused(before + 1)

t.clock:advance(100)
local repo = hub:post("/graphql", { query =
	'{ repository(owner: "octo-org", name: "hello-world") { id } }' }):json().data.repository.id
github:secondary { graphql_points = 1, block_ms = 20000 }
local written = #github:requests { method = "POST" }
local made = hub:post_later("/graphql", { query = ('mutation { createIssue(input: '
	.. '{repositoryId: "%s", title: "once"}) { issue { title } } }'):format(repo) })
hub:eventually("GitHub to refuse it", function() return github:stats().refused > before + 1 end)
t.clock:advance(19)
made:expect_pending()
github:secondary { graphql_points = 2000 }
t.clock:advance(3)
t.expect_equal(made:expect(200):json().data.createIssue.issue.title, "once", "what was made")
github:expect_requests(written + 2, { method = "POST" })
