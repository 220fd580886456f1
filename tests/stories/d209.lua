-- d209: half an answer of GraphQL's is handed on once, and a late mutation is not repeated.
-- P9 of GitHub's pitfalls: limits inside a 200, partial answers, time-outs that cost.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local query = { query = '{ organization(login: "octo-org") { login name id url createdAt } }' }
local function ask()
	local asked = hub:post_later("/graphql", query)
	t.clock:advance(1)
	return asked:expect(200):json()
end

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
