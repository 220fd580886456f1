-- x030: the token of one upstream is never shown to another, and a key asks where it may only.
local t = require "story"
local keys = require "story.keys"
local other = t.github()
t.hub { upstream = other }
local github = t.github()
local MAIN = "ghp_ofTheFirstUpstreamOfThisStory0000000"
local GHES = "ghp_ofTheSecondUpstreamOfThisStory000000"
local hub = t.hub { upstream = github, token = MAIN, config = {
	upstreams = { { name = "ghes", base_url = other.url, prefix = "/ghes",
		credential = { token = GHES } } },
	clients = {
		{ name = "narrow", key_hash = keys.ci.hash },
		{ name = "both", key_hash = keys.bot.hash, upstreams = { "main", "ghes" },
			paths = { "/repos/octo-org/hello-world/**" } } } } }
local narrow = { Authorization = "Bearer " .. keys.ci.key }
local both = { Authorization = "Bearer " .. keys.bot.key }
local path = "/repos/octo-org/hello-world"

hub:get(path, narrow):expect(200)
hub:get("/ghes" .. path, narrow):expect(403):expect_json { code = "upstream_not_allowed" }
hub:get("/ghes/graphql", narrow):expect(403):expect_json { code = "upstream_not_allowed" }
other:expect_requests(0, { target = path })

-- the same rules at both, also for an ID, which each numbers for itself
local id = math.tointeger(hub:get("/ghes" .. path, both):expect(200):json().id)
hub:get("/ghes/repos/octo-org/secret-plans", both):expect(403)
	:expect_json { code = "path_not_allowed" }
hub:get("/ghes/repositories/" .. id .. "/labels", both):expect(200)
other:expect_requests(1, { target = "/repositories/" .. id })
github:expect_requests(0, { target = "/repositories/" .. id })
hub:get("/repositories/" .. id .. "/labels", both):expect(200)
github:expect_requests(1, { target = "/repositories/" .. id })

-- the simulator's journal has the SHA-256 of what it was shown
local hash = {}
for _, one in ipairs { { github, "first" }, { other, "second" } } do
	for _, seen in ipairs(one[1]:requests()) do
		hash[one[2]] = hash[one[2]] or seen.token_hash
		t.expect_equal(seen.token_hash, hash[one[2]], "the token of the " .. one[2])
	end
end
t.expect(hash.first ~= hash.second and hash.first ~= "", "both saw the same token")
