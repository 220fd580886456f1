-- b030: a prefix or a Host says which GitHub is meant: each has its token, links and kept copies.
local t = require "story"
local other = t.github()
t.hub { upstream = other, token = "ghp_theOtherHubsTokenOfThisStory00000000" }
local github = t.github()
local GHES = "ghp_onlyForTheEnterpriseServerOfThis0000"
local hub = t.hub { upstream = github, config = {
	http = { public_urls = { "http://ghe.example" } },
	upstreams = { { name = "ghes", base_url = other.url, prefix = "/ghes",
		hosts = { "ghe.example" }, credential = { token = GHES } } } } }

local path = "/repos/octo-org/hello-world"
other:repo { repo = "octo-org/hello-world", archived = true }

local one = hub:get(path):expect(200)
local two = hub:get("/ghes" .. path):expect(200)
t.expect_equal(one:json().archived, false, "archived at the first")
t.expect_equal(two:json().archived, true, "archived at the other")
one:expect_header("X-Hubgate-Credential", "main")
two:expect_header("X-Hubgate-Credential", "ghes")

-- links lead back the way the client came
t.expect_equal(one:json().url, hub.url .. path, "the URL of one")
t.expect_equal(two:json().url, hub.url .. "/ghes" .. path, "the URL of the other")
local page = hub:get("/ghes/api/v3" .. path .. "/issues?per_page=1&state=all"):expect(200)
t.expect(page:link("next"):find(hub.url .. "/ghes/api/v3/repo", 1, true) == 1, page:header("Link"))

-- each is kept for itself
hub:get(path):expect(200):expect_match("Cache-Status", "hit")
hub:get("/ghes" .. path):expect(200):expect_match("Cache-Status", "hit")
t.expect_equal(hub:get("/ghes" .. path):json().archived, true, "archived, as kept")
github:expect_requests(1, { target = path })
other:expect_requests(1, { target = path })

-- the same by Host, which needs no loopback name then; what it reads was kept already
local named = hub:get(path, { Host = "ghe.example" }):expect(200)
t.expect_equal(named:json().archived, true, "archived, by Host")
named:expect_match("Cache-Status", "hit")
t.expect_equal(named:json().url, "http://ghe.example" .. path, "the URL by Host")
hub:get(path, { Host = "ghe.example.evil" }):expect(403)
hub:get("/ghesx" .. path):expect(404)

-- GraphQL and the Enterprise face lie below the prefix as well
hub:post("/ghes/api/graphql", { query = "{ viewer { login } }" }):expect(200)
hub:post("/ghes/graphql", { query = "{ viewer { login } }" }):expect(200)
other:expect_requests(2, { target = "/graphql" })
hub:get("/ghes"):expect(200)

local names = {}
for _, site in ipairs(hub:show("upstreams")) do names[#names + 1] = site.name end
t.expect_equal(table.concat(names, " "), "main ghes", "show upstreams")

-- a reload takes it out: its paths are the first one's again, and the copies stay apart
hub:reload { config = {} }:expect(200)
hub:get("/ghes" .. path):expect(404)
hub:get(path):expect(200):expect_match("Cache-Status", "hit")
