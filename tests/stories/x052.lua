-- x052: whatever is too long has its own refusal and a close, and nothing of it reaches GitHub.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, config = { http = {
	max_body_bytes = "64KiB", max_upload_bytes = "0" } } }

local HOST = "Host: localhost\r\n"
local POST = "POST /repos/octo-org/hello-world/issues HTTP/1.1\r\n" .. HOST
local CHUNKED = POST .. "Transfer-Encoding: chunked\r\n\r\n"
local GET = "GET /user HTTP/1.1\r\n" .. HOST
local fields = {}
for i = 1, 200 do fields[i] = ("X-%d: y\r\n"):format(i) end

for name, row in pairs {
	["a method"] = { 400, ("A"):rep(100000) },
	["a target"] = { 414, "GET /" .. ("a"):rep(9000) .. " HTTP/1.1\r\n" .. HOST .. "\r\n" },
	["a target without an end"] = { 414, "GET /" .. ("a"):rep(1000000) },
	["a query"] = { 414, "GET /user?" .. ("a"):rep(9000) .. " HTTP/1.1\r\n" .. HOST .. "\r\n" },
	["a version"] = { 400, "GET / HTTP/1." .. ("1"):rep(100000) },
	["a field"] = { 431, GET .. "X: " .. ("a"):rep(70000) .. "\r\n\r\n" },
	["a field without an end"] = { 431, GET .. "X: " .. ("a"):rep(1000000) },
	["a name of a field"] = { 431, GET .. ("a"):rep(70000) .. ": x\r\n\r\n" },
	["many fields"] = { 431, GET .. table.concat(fields) .. "\r\n" },
	["fields without an end"] = { 431, GET .. ("X: y\r\n"):rep(100000) },
	["an announced body"] = { 413, POST .. "Content-Length: 65537\r\n\r\n" },
	["digits of a length"] = { 400,
		POST .. "Content-Length: " .. ("0"):rep(1000) .. "\r\n\r\n" },
	["a chunk"] = { 413, CHUNKED .. "10001\r\n" .. ("x"):rep(65537) .. "\r\n0\r\n\r\n" },
	["many chunks"] = { 413, CHUNKED .. ("100\r\n" .. ("x"):rep(256) .. "\r\n"):rep(1000) },
	["digits of a chunk"] = { 400, CHUNKED .. ("0"):rep(100000) },
	["an extension"] = { 413, CHUNKED .. "1;a=" .. ("x"):rep(100000) },
	["extensions of many chunks"] = { 413,
		CHUNKED .. ("1;" .. ("x"):rep(200) .. "\r\na\r\n"):rep(50000) },
	["a trailer"] = { 431, CHUNKED .. "0\r\nX: " .. ("x"):rep(100000) },
	["many trailers"] = { 431, CHUNKED .. "0\r\n" .. ("X: y\r\n"):rep(50000) },
} do
	local conn = hub:connect()
	conn:send(row[2]) -- it may close before it has read all
	local ok, head = pcall(conn.read_head, conn)
	t.expect(ok, ("%s: no answer (%s)"):format(name, tostring(head)))
	t.expect_equal(head.status, row[1], "the status of " .. name)
	t.expect(conn:wait_closed(), "no close after " .. name)
end
github:expect_requests(0)
