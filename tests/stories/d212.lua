-- d212: a redirect leads back through the gateway or away without it, and is never remembered.
-- P12 of GitHub's pitfalls: renamed repositories, and signed places on other hosts.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

-- renamed: the way by number, through the gateway; followed, it is the repository
local old = "/repos/octo-org/old-name"
local moved = hub:get(old):expect(301):expect_header("Location")
local to = moved:header("Location")
t.expect_equal(to:sub(1, #hub.url + 14), hub.url .. "/repositories/", "where it leads")
hub:get(to:sub(#hub.url + 1)):expect(200):expect_json { full_name = "octo-org/hello-world" }
hub:get(old):expect(301)
github:expect_requests(2, { target = old })

-- somebody takes the old name: nothing of the redirect is left
github:repo { repo = "octo-org/old-name" }
hub:get(old):expect(200):expect_json { full_name = "octo-org/old-name" }

-- signed and short-lived: handed on as it is, asked for each time, followed by nobody here
for _, path in ipairs { "/repos/octo-org/hello-world/tarball/main",
	"/repos/octo-org/hello-world/zipball/main" } do
	for n = 1, 2 do
		local away = hub:get(path):expect(302):header("Location")
		t.expect(away:sub(1, #hub.url) ~= hub.url, "it leads through the gateway: " .. away)
		github:expect_requests(n, { target = path })
	end
end
