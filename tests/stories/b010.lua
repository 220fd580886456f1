-- b010: a redirect to another host is passed on unchanged, and not followed.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local elsewhere = "https://codeload.example.com/octo-org/hello-world/legacy.tar.gz/main?token=a%2Fb"
github:script { path = "*/tarball/main", status = 302, headers = { Location = elsewhere } }
hub:get("/repos/octo-org/hello-world/tarball/main"):expect(302)
	:expect_header("Location", elsewhere)
github:expect_requests(1)
