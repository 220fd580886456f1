-- d021: each upstream has its own budget, block and caps: where one is spent, the other goes on.
local t = require "story"
local other = t.github { limit = 3, reset_after_s = 600 }
t.hub { upstream = other }
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "metrics", "ratelimit" }, config = {
	dispatch = { deadline = "5s" },
	upstreams = {
		{ name = "ghes", base_url = other.url, prefix = "/ghes",
			credential = { token = "ghp_theEnterpriseServersTokenOfThis00000" } },
		{ name = "capped", base_url = other.url, prefix = "/capped",
			max_requests_per_hour = 1, credential = { alias = "two",
				token = "ghp_anotherTokenOfTheEnterpriseServer0000" } } } } }

local path = "/repos/octo-org/hello-world"
other:limit { limit = 3, remaining = 1, reset_in_s = 600 }
hub:get("/ghes" .. path):expect(200)
local spent = hub:get("/ghes/users/octocat"):expect(429):expect_json { code = "no_budget" }
t.expect(spent:json().detail:find("credential ghes", 1, true), spent.body)
for _ = 1, 3 do hub:get(path):expect(200) end

-- another token of the same GitHub, with a cap of its own
hub:get("/capped" .. path):expect(200):expect_header("X-Hubgate-Credential", "two")
local capped = hub:get("/capped/users/octocat"):expect(429):expect_json { code = "no_budget" }
t.expect(capped:json().detail:find("max_requests_per_hour (1)", 1, true), capped.body)

-- what a client's own token may spend is counted apart at each
local own = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0" }
hub:get(path, own):expect(200)
hub:get("/ghes" .. path, own):expect(200)
local n = 0
for _, row in ipairs(hub:show("credentials")) do
	if row.kind == "passthrough" then n = n + 1 end
end
t.expect_equal(n, 2, "the number of passthrough credentials")
