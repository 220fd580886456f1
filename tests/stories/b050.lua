-- b050: a batch is answered in its order, each request fulfilled or rejected for itself.
local t = require "story"
local json = require "story.json"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local function batch(requests, headers)
	return hub:request { method = "POST", path = "/api/github/batch", headers = headers,
		body = json.encode { requests = requests } }
end
local reply = batch {
	{ id = "one", path = "/repos/octo-org/hello-world" },
	{ path = "/repos/octo-org/nobody-made-this", priority = "critical" },
	{ path = "/api/v3/user?x=1", headers = { Accept = "application/vnd.github+json" } },
	{ url = hub.url .. "/repos/octo-org/hello-world/issues", method = "POST",
		body = { title = "of a batch" } },
	{ path = "/livez" },
	{ path = "/api/github/batch", method = "POST", body = { requests = {} } },
}
reply:expect(200):expect_match("Content-Type", "^application/json")
local results = reply:json().results
t.expect_equal(#results, 6, "results")
local states = {}
for i, result in ipairs(results) do
	t.expect_equal(result.index, i - 1, "the index of a result")
	states[i] = result.status
end
t.expect_equal(table.concat(states, " "),
	"fulfilled rejected fulfilled fulfilled rejected rejected", "states")
t.expect_equal(results[1].id, "one", "its id")
t.expect_equal(results[1].value.status, 200, "its status")
t.expect_equal(results[1].value.data.full_name, "octo-org/hello-world", "its data")
t.expect_equal(results[1].value.data.url, hub.url .. "/repos/octo-org/hello-world", "its url")
t.expect(results[1].value.headers["x-hubgate-credential"], "no credential is named")
t.expect_equal(results[2].reason.status, 404, "the status of what is not there")
t.expect_equal(results[2].reason.message, "Not Found", "GitHub's message")
t.expect_equal(results[2].reason.code, "github", "whose refusal it is")
t.expect_equal(results[4].value.status, 201, "the status of a write")
t.expect_equal(results[4].value.data.title, "of a batch", "what was written")
t.expect_equal(results[5].reason.code, "not_in_batch", "a path of hubgate's own")
t.expect_equal(results[6].reason.code, "not_in_batch", "a batch in a batch")
github:expect_requests(4)
t.expect(hub.daemon:stderr():find("audit: .-method=POST route=/repos/{owner}/{repo}/issues"),
	"no audit line for the write")

-- as any request finds what is in memory, whoever asked before
hub:get("/orgs/octo-org/repos"):expect(200)
local again = batch { { path = "/orgs/octo-org/repos" } }:expect(200):json().results[1]
t.expect(again.value.headers["cache-status"]:find("hit", 1, true), "it was not a hit")
github:expect_requests(5)

-- one mistake anywhere, and nothing is asked for
for _, row in ipairs {
	{ {}, 422, "no_requests" },
	{ { { path = "/user" }, { method = "GET" } }, 422, "bad_item" },
	{ { { path = "/user" }, { path = "//evil" } }, 422, "bad_item" },
	{ { { path = "/user" }, { path = "http://elsewhere/x" } }, 422, "bad_item" },
	{ { { path = "/user" }, { path = "/x y" } }, 422, "bad_item" },
	{ { { path = "/user" }, { path = "/x", priority = "urgent" } }, 422, "bad_item" },
	{ { { path = "/user" }, { path = "/x", headers = { Host = "x" } } }, 422, "bad_item" },
	{ { { path = "/user" }, { path = "/x", headers = { Accept = "a\r\nX: y" } } }, 422,
		"bad_item" },
} do
	local no = batch(#row[1] > 0 and row[1] or json.list()):expect(row[2])
	no:expect_json { code = row[3] }
	t.expect(row[3] ~= "bad_item" or no:json().message:find("requests[1]", 1, true),
		"it does not say which: " .. no.body)
end
hub:post("/api/github/batch", "{"):expect(400):expect_json { code = "bad_json" }
local many = {}
for i = 1, 101 do many[i] = { path = "/user" } end
batch(many):expect(413):expect_json { code = "too_many_in_batch" }
hub:get("/api/github/batch"):expect(405):expect_header("Allow", "POST")
github:expect_requests(5)
