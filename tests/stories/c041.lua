-- c041: what one entrance of a GitHub answered is not given to who asks by another, for it may be
-- another host.
local t = require "story"
local github, uploads = t.github(), t.github { seed = 9 }
t.hub { upstream = github }
t.hub { upstream = uploads }
local hub = t.hub { upstream = t.github(), clock = "held", config = { upstreams = { {
	name = "ghes", prefix = "/ghes", base_url = github.url, uploads_url = uploads.url } } } }

local path = "/repos/octo-org/hello-world"
for _ = 1, 2 do
	hub:get("/ghes/api/uploads" .. path):expect(200)
	hub:get("/ghes" .. path):expect(200)
end
uploads:expect_requests(1)
github:expect_requests(1)
hub:get("/ghes/api/v3" .. path):expect(200):expect_match("Cache-Status", "hit")
