-- c011: another query is another copy.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local one = hub:get("/orgs/octo-org/repos?per_page=1"):expect(200)
local two = hub:get("/orgs/octo-org/repos?per_page=2"):expect(200)
t.expect_equal(#one:json(), 1, "the length of the first page")
t.expect_equal(#two:json(), 2, "the length of the second page")
hub:get("/orgs/octo-org/repos?per_page=1"):expect(200):expect_body(one.body)
	:expect_match("Cache-Status", "hit")
github:expect_requests(2)
