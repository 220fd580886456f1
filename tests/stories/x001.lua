-- x001: a Host that is not this machine's is refused (DNS rebinding).
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

for _, host in ipairs { "evil.example", "127.evil.example", "localhost.evil.example:80",
	"api.github.com", "10.0.0.1" } do
	hub:get("/repos/octo-org/hello-world", { Host = host }):expect(403)
		:expect_json { code = "host_not_loopback" }
end
github:expect_requests(0)
for _, host in ipairs { "localhost", "127.0.0.1", "[::1]", "hub.localhost:1" } do
	hub:get("/repos/octo-org/hello-world", { Host = host }):expect(200)
end
