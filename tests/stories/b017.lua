-- b017: pipelined requests are answered in their order.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local conn = hub:connect()
local bytes = {}
for _, path in ipairs { "/repos/octo-org/hello-world", "/zen-there-is-none", "/users/octocat" } do
	bytes[#bytes + 1] = "GET " .. path .. " HTTP/1.1\r\nHost: localhost\r\n\r\n"
end
conn:send(table.concat(bytes))
for _, status in ipairs { 200, 404, 200 } do
	local head = conn:read_head()
	t.expect_equal(head.status, status, "the status")
	conn:read_body(head, "GET")
end
