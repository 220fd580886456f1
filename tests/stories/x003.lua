-- x003: the request of another site's page is refused, whatever its method.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world"
for _, headers in ipairs { { Origin = "https://evil.example" }, { Origin = "null" },
	{ ["Sec-Fetch-Site"] = "cross-site" }, { ["Sec-Fetch-Site"] = "same-site" } } do
	hub:get(path, headers):expect(403):expect_json { code = "cross_site" }
	hub:post(path .. "/issues", { title = "x" }, headers):expect(403)
end
github:expect_requests(0)
hub:get(path, { Origin = hub.url, ["Sec-Fetch-Site"] = "same-origin" }):expect(200)
