-- b020: GraphQL works at both of its paths and is counted in its own bucket.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

for _, path in ipairs { "/graphql", "/api/graphql" } do
	local reply = hub:post(path, { query = "{ viewer { login } }" }):expect(200)
	t.expect(reply:json().data, "no data")
	reply:expect_header("X-RateLimit-Resource", "graphql")
end
github:expect_requests(2, { target = "/graphql", method = "POST" })
