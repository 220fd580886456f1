-- d222: GraphQL and search are told by any of their paths, and no other budget pays for them.
-- P22 of GitHub's pitfalls: /api/graphql beside /graphql, and paths that are escaped.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local query = { query = "{ viewer { login } }" }
local used = {}

-- core is empty, and is known to be: what another budget pays for does not wait for it
hub:get("/users/octocat"):expect(200)
github:limit { remaining = 0, reset_in_s = 20 }
local waits = hub:get_later("/users/hubot")
hub:eventually("the refusal to be known", function()
	return hub:show("tickets")[1].state == "parked"
end)
local function expect_bucket(reply, name)
	used[name] = (used[name] or 0) + 1
	reply:expect(200):expect_header("X-RateLimit-Resource", name)
		:expect_header("X-RateLimit-Used", used[name])
end
for _, path in ipairs { "/graphql", "/api/graphql", "/graphql?a=b" } do
	local asked = hub:post_later(path, query)
	t.clock:advance(1)
	expect_bucket(asked:wait(), "graphql")
end
expect_bucket(hub:get("/search/issues?q=a"), "search")
expect_bucket(hub:get("/api/v3/search/issues?q=b"), "search")
expect_bucket(hub:get("/search/code?q=c"), "code_search")
expect_bucket(hub:get("/api/v3/search/code?q=d"), "code_search")
waits:expect_pending()
waits:leave()
t.clock:advance(20)
-- not these, though they look like it
expect_bucket(hub:get("/repos/octo-org/hello-world/labels?q=/graphql"), "core")
expect_bucket(hub:get("/repos/octo-org/hello-world/git/ref/heads%2Ffeature%2Flogin"), "core")

-- empty, it is empty by each of them, and core goes on
github:limit { resource = "graphql", remaining = 0, reset_in_s = 30 }
local waiting = {}
for n, path in ipairs { "/graphql", "/api/graphql" } do
	waiting[n] = hub:post_later(path, { query = "{ viewer { id login } }" })
end
hub:get("/repos/octo-org/hello-world/languages"):expect(200)
for _, one in ipairs(waiting) do one:leave() end
