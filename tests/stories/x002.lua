-- x002: what a proxy forwarded from elsewhere is refused.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

for name, value in pairs { Forwarded = "for=1.2.3.4", ["X-Forwarded-For"] = "1.2.3.4",
	["X-Forwarded-Host"] = "hub", ["X-Real-IP"] = "1.2.3.4", Via = "1.1 nginx",
	["x-forwarded-proto"] = "https" } do
	hub:get("/repos/octo-org/hello-world", { [name] = value }):expect(403)
		:expect_json { code = "forwarded_without_keys" }
end
github:expect_requests(0)
