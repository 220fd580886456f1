-- d204: a full last page that has got a successor says so, although its body has not changed.
-- P4 of GitHub's pitfalls: a 304 although Link has changed.
local t = require "story"
local github = t.github { issues = 30 }
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world/issues?state=all&direction=asc&per_page=30"
local first = hub:get(path):expect(200):expect_header("Link", false)
t.expect_equal(#first:json(), 30, "what the last page has")

github:issues { repo = "octo-org/hello-world", count = 1 }
local again = hub:get(path):expect(200):expect_body(first.body)
github:expect_requests(1, { target = path, status = 304 })
local next_page = again:link("next")
t.expect(next_page, "no page behind the first")
local rest = hub:get(next_page:sub(#hub.url + 1)):expect(200):json()
t.expect_equal(#rest, 1, "what the new page has")
t.expect_equal(rest[1].number, 31, "its issue")

-- a 304 that says nothing of it, as RFC 9110 would have it: the page that was full is looked behind
local other = "/repos/octocat/Hello-World/issues?state=all&direction=asc&per_page=30"
github:odd { "bare_304" }
hub:get(other):expect(200):expect_header("Link", false)
github:issues { repo = "octocat/Hello-World", count = 2 }
next_page = hub:get(other):expect(200):link("next")
t.expect(next_page, "no page behind the first, when a 304 has no Link")
t.expect_equal(#hub:get(next_page:sub(#hub.url + 1)):expect(200):json(), 2, "what it has")
