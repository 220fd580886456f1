-- b052: each request of a batch is held against what the key may do, and none against the batch.
local t = require "story"
local json = require "story.json"
local keys = require "story.keys"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = { clients = {
	{ name = "reader", key_hash = keys.ci.hash, methods = { "GET" }, classes = { "low" },
		paths = { "/repos/octo-org/hello-world/**" } },
	{ name = "few", key_hash = keys.bot.hash, max_in_flight = 2 } } } }

local function batch(key, requests)
	return hub:request { method = "POST", path = "/api/github/batch",
		headers = key and { Authorization = "Bearer " .. key },
		body = json.encode { requests = requests } }
end

batch(nil, { { path = "/user" } }):expect(401):expect_json { code = "key_required" }
batch(keys.stale.key, { { path = "/user" } }):expect(401):expect_json { code = "unknown_key" }
local results = batch(keys.ci.key, {
	{ path = "/repos/octo-org/hello-world" },
	{ path = "/repos/octo-org/secret-plans" },
	{ path = "/repos/octo-org/hello-world/issues", method = "POST", body = { title = "x" } },
	{ path = "/graphql", method = "POST", body = { query = "{viewer{login}}" } },
}):expect(200):json().results
t.expect_equal(results[1].status, "fulfilled", "what the key may read")
for i, code in ipairs { "path_not_allowed", "method_not_allowed_by_key",
	"method_not_allowed_by_key" } do
	t.expect_equal(results[i + 1].reason.code, code, "the code of result " .. i)
	t.expect_equal(results[i + 1].reason.status, 403, "the status of result " .. i)
end
github:expect_requests(1)

github:script { path = "/users/octocat", delay_ms = 1000, times = 2 }
local pending = hub:send { method = "POST", path = "/api/github/batch",
	headers = { Authorization = "Bearer " .. keys.bot.key },
	body = json.encode { requests = { { path = "/users/octocat?1" },
		{ path = "/users/octocat?2" }, { path = "/users/octocat?3" } } } }
hub:eventually("two to be under way", function() return #hub:show("tickets") == 2 end)
t.clock:advance(2)
local three = pending:expect(200):json().results
t.expect_equal(three[2].status, "fulfilled", "the second of two")
t.expect_equal(three[3].reason.code, "too_many_in_flight", "the third of two")
t.expect_equal(three[3].reason.retry_after, 1, "when to come again")
