-- b008: a client of a GitHub Enterprise base finds that base in Link.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local page = hub:get("/api/v3/repos/octo-org/hello-world/issues?per_page=10"):expect(200)
local next_url = page:link("next")
t.expect(next_url, "Link has no next page")
t.expect_equal(next_url:sub(1, #hub.url + 8), hub.url .. "/api/v3/", "the base of the next page")
hub:get(next_url:sub(#hub.url + 1)):expect(200)
github:expect_requests(2)
