-- d205: a list whose tag changes by itself costs a point a read, and takes the place of one copy.
-- P5 of GitHub's pitfalls: ETags of lists that are never twice the same.
local t = require "story"
local github = t.github { odd = { "flapping_etags" } }
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world/issues?per_page=5"
local first = hub:get(path):expect(200)
local state = hub:show("cache/state")
for n = 2, 6 do
	local reply = hub:get(path, { ["If-None-Match"] = first:header("ETag") }):expect(200)
	reply:expect_body(first.body)
	github:expect_requests(n, { target = path, status = 200 })
	github:expect_spent(n)
end
t.expect_equal(hub:show("cache/state").entries, state.entries, "the number of copies")

-- what the tag says of a change is true all the same
github:issues { repo = "octo-org/hello-world", count = 1 }
t.expect(hub:get(path):expect(200).body ~= first.body, "the old list")
