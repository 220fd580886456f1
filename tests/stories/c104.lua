-- c104: a full last page is looked behind now and then, for nothing, and by the pool's token only.
local t = require "story"
local github = t.github { issues = 30, odd = { "bare_304" } }
local hub = t.hub { upstream = github, clock = "held",
	plugins = { "metrics", { use = "cache", page_look_every = "60s" }, "ratelimit" } }

local path = "/repos/octo-org/hello-world/issues?state=all&direction=asc"
local behind = path .. "&page=2"
local function read(headers)
	return hub:get(path, headers):expect(200)
end
local function expect_looks(n) github:expect_requests(n, { target = behind }) end

read():expect_header("Link", false)
local spent = github:spent()
read():expect_header("Link", false)
github:expect_requests(1, { target = behind, status = 304 })
for _ = 1, 5 do read():expect_match("Cache-Status", "fwd%-status=304") end
expect_looks(1)
t.clock:advance(60)
read()
expect_looks(2)
github:expect_spent(spent)

-- a client's own token sees something else
local own = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0" }
for _ = 1, 3 do
	read(own)
	t.clock:advance(61)
end
expect_looks(2)

-- GitHub does not say: the page is asked about all the same, and the next time again
github:script { path = "/repos/octo-org/hello-world/issues", times = 1, status = 404 }
read():expect_header("Link", false)
expect_looks(3)
github:issues { repo = "octo-org/hello-world", count = 1 }
read():expect_header("Link", false)
expect_looks(3)
t.clock:advance(60)
t.expect(read():link("next"), "no page behind")
expect_looks(4)
-- it is known now, and not looked for any more
t.clock:advance(60)
t.expect(read():link("next"), "no page behind any more")
expect_looks(4)

local metrics = hub:get("/metrics").body
for found, n in pairs { nothing = 2, page = 1, unknown = 1, untagged = 0 } do
	local line = ('hubgate_cache_page_looks_total{found="%s"} %d\n'):format(found, n)
	t.expect(metrics:find(line, 1, true), "looks that found " .. found)
end

-- off it asks as ever
hub:reload { plugins = { "metrics", { use = "cache", page_look_every = "0" }, "ratelimit" } }
	:expect(200)
local other = "/repos/octocat/Hello-World/issues?state=all&direction=asc"
for _ = 1, 3 do hub:get(other):expect(200) end
github:expect_requests(0, { target = other .. "&page=2" })
