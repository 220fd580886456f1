-- d104: of a GraphQL answer with errors in it nothing is kept, and a partial one is not repeated.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	plugins = { { use = "cache", graphql_for = "10min" } } }

local function ask(query, cached)
	local reply = hub:post("/graphql", { query = query }):expect(200)
	return reply:expect_match("Cache-Status", cached):json()
end

local missing = '{ viewer { login } repository(owner: "octo-org", name: "nothing") { name } }'
for n = 1, 2 do
	t.expect_equal(ask(missing, "fwd=uri%-miss").errors[1].type, "NOT_FOUND", "type")
	github:expect_requests(n, { target = "/graphql" })
end

local many = '{ organization(login: "octo-org") { repositories(first: 3) { nodes { name id } } } }'
github:odd { graphql_nodes = 5 }
t.expect_equal(ask(many, "fwd=uri%-miss").errors[1].type, "RESOURCE_LIMITS_EXCEEDED", "type")
github:expect_requests(3, { target = "/graphql" })
github:odd { graphql_nodes = 0 }
t.expect(ask(many, "fwd=uri%-miss").errors == nil, "still errors")
ask(many, "hit")
github:expect_requests(4, { target = "/graphql" })
