-- x007: what is too large is refused with its own status.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, config = { http = { max_body_bytes = "1KiB",
	max_upload_bytes = "0" } } }

local path = "/repos/octo-org/hello-world"
hub:get(path, { ["X-Long"] = ("x"):rep(70000) }):expect(431)
local many = {}
for i = 1, 120 do many["X-" .. i] = "y" end
hub:get(path, many):expect(431)
hub:get("/" .. ("x"):rep(9000)):expect(414)
hub:post(path .. "/issues", ("x"):rep(1025)):expect(413)
hub:request { method = "POST", path = path .. "/issues",
	headers = { ["Transfer-Encoding"] = "chunked" },
	body = "800\r\n" .. ("x"):rep(2048) .. "\r\n0\r\n\r\n" }:expect(413)
github:expect_requests(0)
hub:post(path .. "/issues", { title = "small" }):expect(201)
