-- x022: a key does what it was granted: methods, paths, GraphQL, classes; nothing else.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = { clients = {
	{ name = "reader", key_hash = keys.ci.hash, methods = { "GET" }, classes = { "low" },
		paths = { "/repos/Octo-Org/hello-world/**", "/rate_limit" } },
	{ name = "all", key_hash = keys.bot.hash, graphql = true } } } }
local reader = { Authorization = "Bearer " .. keys.ci.key }
local all = { Authorization = "Bearer " .. keys.bot.key }

local function refused(path, code)
	hub:get(path, reader):expect(403):expect_json { code = code or "path_not_allowed" }
end

refused("/repos/octo-org/secret-plans")
refused("/repos/octo-org/hello-world2")
refused("/repos/octo-org")
refused("/user/repos")
refused("/")
refused("/api/v3/repos/octo-org/secret-plans/issues")
refused("/api/uploads/repos/octo-org/secret-plans/releases/1/assets")
refused("/repos/octo-org%2Fhello-world/issues")
refused("/repos/octo-org/hello-world%2Fx")
refused("/repos/octo-org/hello-world%252Fx")
refused("/metrics")
for _, path in ipairs { "/graphql", "/api/graphql", "/api/v3/graphql", "/%67raphql", "/graph%71l",
	"/GraphQL" } do
	refused(path, "graphql_not_allowed")
end
for _, method in ipairs { "POST", "PUT", "PATCH", "DELETE" } do
	hub:request { method = method, path = "/repos/octo-org/hello-world", headers = reader,
		body = "" }:expect(403):expect_json { code = "method_not_allowed_by_key" }
end
hub:get("/repos/octo-org/hello-world", { Authorization = reader.Authorization,
	["X-HTTP-Method-Override"] = "DELETE" }):expect(200)
github:expect_requests(1)
github:expect_requests(1, { method = "GET", target = "/repos/octo-org/hello-world" })

-- let in, and sent as it came: the simulated GitHub knows names by one spelling only
hub:get("/repos/octo%2Dorg/Hello-World/issues", reader):expect(404)
github:expect_requests(1, { target = "/repos/octo%2Dorg/Hello-World/issues" })
hub:get("/api/v3/repos/OCTO-ORG/hello-world/issues?page=2", reader):expect(200)
hub:head("/rate_limit", reader):expect(200)
hub:post("/graphql", { query = "{viewer{login}}" }, all):expect(200)
hub:get("/repos/octo-org/secret-plans", all):expect(200)

-- asked for critical, and got the best it may have
local function class_of(headers, wanted)
	github:script { path = "/repos/octo-org/hello-world/commits", delay_ms = 1000 }
	headers["X-Hubgate-Priority"] = wanted
	local waits = hub:get_later("/repos/octo-org/hello-world/commits", headers)
	local class = hub:show("tickets")[1].class
	t.clock:advance(1)
	waits:expect(200)
	return class
end
t.expect_equal(class_of(reader, "critical"), "low", "the reader's class")
t.expect_equal(class_of(all, "critical"), "normal", "the class of who has the default ones")
t.expect_equal(class_of(all, "low"), "low", "the class that it asked for")
