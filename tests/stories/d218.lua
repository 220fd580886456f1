-- d218: only what is wholly alike shares a transfer, and one that fails takes nobody with it.
-- P18 of GitHub's pitfalls: requests that are alike but for Accept or version.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/hello-world/issues/7"
github:script { path = path, delay_ms = 5000, times = 4 }
local readers = {}
for n, headers in ipairs { { Accept = "application/vnd.github+json" },
	{ Accept = "application/vnd.github.full+json" },
	{ Accept = "application/vnd.github+json", ["X-GitHub-Api-Version"] = "2026-03-10" },
	{ Accept = "application/vnd.github+json", ["X-GitHub-Api-Version"] = "2022-11-28" } } do
	readers[n] = hub:get_later(path, headers)
end
local twin = hub:get_later(path, { Accept = "application/vnd.github+json" })
hub:eventually("four to have left", function() return github:state().held == 4 end)
t.clock:advance(5)
for _, reader in ipairs(readers) do reader:expect(200) end
twin:expect(200)
github:expect_requests(4, { target = path })
readers[3]:wait():expect_header("x-github-api-version-selected", "2026-03-10")
readers[4]:wait():expect_header("x-github-api-version-selected", "2022-11-28")

-- the first of three leaves, and the transfer breaks: the others have their answer
path = "/repos/octo-org/hello-world/issues/8"
github:script { path = path, delay_ms = 3000, close = true }
local three = {}
for n = 1, 3 do three[n] = hub:get_later(path) end
three[1]:leave()
hub:eventually("it to be gone", function() return #hub:show("tickets") == 2 end)
t.clock:advance(5)
for n = 2, 3 do three[n]:expect(200):expect_json { number = 8 } end
github:expect_requests(2, { target = path })
