-- x014: one client's connections are bounded, and one that closes makes room.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, config = { workers = "1", http = { max_connections = 5 } } }

local conns = {}
for i = 1, 4 do
	conns[i] = hub:connect()
	hub:request { path = "/repos/octo-org/hello-world", conn = conns[i] }:expect(200)
end
for i = 5, 9 do conns[i] = hub:connect() end
hub:eventually("those over the bound to be closed", function()
	local n = 0
	for _, conn in ipairs(conns) do n = n + (conn:fill(0) == "closed" and 1 or 0) end
	return n >= 1
end)
for _, conn in ipairs(conns) do conn:close() end
hub:eventually("room for a new one", function()
	local conn = hub:raw("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
	local ok, head = pcall(conn.read_head, conn)
	conn:close()
	return ok and head.status == 200
end)
