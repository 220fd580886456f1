-- c001: each family of resources is fresh for its own time, and asked about after it.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { overview_for = "0" } } }

local runs = hub:get("/repos/octo-org/hello-world/actions/runs"):expect(200):json().workflow_runs
local run = "/repos/octo-org/hello-world/actions/runs/" .. runs[#runs].id
for _, row in ipairs {
	{ "/repos/octo-org/hello-world", 300 }, { "/orgs/octo-org/repos", 300 },
	{ "/repos/octo-org/hello-world/actions/workflows", 60 }, { run, 60 },
	{ "/repos/octo-org/hello-world/actions/runners", 30 },
	{ "/orgs/octo-org/actions/runners", 30 },
	{ run .. "/jobs", 15 }, { "/rate_limit", 5 },
} do
	local path, fresh_s = row[1], row[2]
	hub:get(path):expect(200):expect_match("Cache-Status", "fwd=uri%-miss")
	t.clock:advance(fresh_s - 1)
	hub:get(path):expect(200):expect_match("Cache-Status", "hit")
		:expect_header("Age", fresh_s - 1)
	github:expect_requests(1, { target = path })
	t.clock:advance(1)
	hub:get(path):expect(200):expect_match("Cache-Status", "fwd=stale")
	github:expect_requests(2, { target = path })
end
