-- x010: a reply of GitHub's can not put header lines of its own into ours.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

github:script { path = "/users/octocat", status = 200, body = {},
	headers = { ["Set-Cookie"] = "a=b", ["X-Hubgate-Credential"] = "fake",
		["Cache-Status"] = "fake; hit", ["X-Fine"] = "yes" } }
local reply = hub:get("/users/octocat"):expect(200)
reply:expect_header("Set-Cookie", false)
reply:expect_header("X-Fine", "yes"):expect_header("X-Hubgate-Credential", "main")
t.expect_equal(#reply:all("Cache-Status"), 1, "the number of Cache-Status lines")
reply:expect_match("Cache-Status", "^hubgate")
