-- b053: read-only lets through what reads and GraphQL queries, alone and in a batch, till a reload.
local t = require "story"
local json = require "story.json"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	config = { http = { read_only = true } } }

local issues = "/repos/octo-org/hello-world/issues"
hub:get(issues):expect(200)
hub:head(issues):expect(200)
hub:post("/graphql", { query = "query { viewer { login } } # mutation" }):expect(200)
hub:post("/api/graphql", { query = "{ viewer { login } }", variables = {} }):expect(200)
hub:post("/api/v3/graphql", { query = "{ viewer { login } }" }):expect(200)
hub:post("/graphql", [[{"query":"{ viewer { login } }"}]],
	{ ["Content-Type"] = "Application/JSON; charset=UTF-8" }):expect(200)
github:expect_requests(6)

local function refused(reply)
	reply:expect(403):expect_json { code = "read_only" }
end
refused(hub:post(issues, { title = "x" }))
for _, method in ipairs { "PUT", "PATCH", "DELETE" } do
	refused(hub:request { method = method, path = issues .. "/1", body = "{}" })
end
refused(hub:post("/api/uploads/repos/octo-org/hello-world/releases/1/assets?name=x", "x"))
refused(hub:post("/graphql", { query = "mutation { addStar(input: {}) { x } }" }))
refused(hub:post("/graphql", { query = "query A { a } mutation B { b }", operationName = "A" }))
refused(hub:post("/graphql", { query = "{ a } # one\rquery B { b }" }))
refused(hub:post("/graphql", { query = "subscription { a }" }))
refused(hub:post("/graphql", "[]"))
refused(hub:post("/graphql", ""))
refused(hub:post("/graphql", { id = "persisted" }))
refused(hub:post("/%67raphql", { query = "{ a }" }))
refused(hub:post("/graphql?query=mutation%7Ba%7D", { query = "{ a }" }))
local query = json.encode { query = "{ a }" }
local json_type = "application/json"
refused(hub:post("/graphql", query)) -- without a type it might be read as a form
refused(hub:post("/graphql", query, { ["Content-Type"] = "application/x-www-form-urlencoded" }))
for _, more in ipairs { "; charset=utf-7", "; charset=utf-16", "; a=b", ", text/plain" } do
	refused(hub:post("/graphql", query, { ["Content-Type"] = json_type .. more }))
end
refused(hub:post("/graphql", query, { ["Content-Type"] = json_type,
	["Content-Encoding"] = "gzip" }))

local results = hub:post("/api/github/batch", { requests = {
	{ path = issues .. "?page=2" },
	{ path = issues, method = "POST", body = { title = "x" } },
	{ path = "/graphql", method = "POST", body = { query = "query { viewer { login } }" } },
	{ path = "/graphql", method = "POST", body = { query = "mutation { a }" } },
} }):expect(200):json().results
t.expect_equal(results[1].status, "fulfilled", "a read in a batch")
t.expect_equal(results[2].reason.code, "read_only", "a write in a batch")
t.expect_equal(results[3].status, "fulfilled", "a query in a batch")
t.expect_equal(results[4].reason.code, "read_only", "a mutation in a batch")
github:expect_requests(8)

hub:reload { upstream = github, clock = "held", config = { http = { read_only = false } } }
hub:post(issues, { title = "x" }):expect(201)
