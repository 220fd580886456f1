-- malformed - bytes that two parsers might read differently, and the status that answers them.
--
-- Rows { status, bytes }; M.SMUGGLED is a request that must never be read behind any of them.
local M = {}

local HOST = "Host: localhost\r\n"
local POST = "POST /repos/octo-org/hello-world/issues HTTP/1.1\r\n" .. HOST
local GET = "GET /repos/octo-org/hello-world HTTP/1.1\r\n" .. HOST

M.SMUGGLED = "GET /smuggled HTTP/1.1\r\n" .. HOST .. "\r\n"

M.rows = {
	{ 400, POST .. "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
	{ 400, POST .. "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" },
	{ 400, POST .. "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" },
	{ 400, POST .. "Content-Length: 5, 5\r\n\r\nhello" },
	{ 400, POST .. "Content-Length: +5\r\n\r\nhello" },
	{ 400, POST .. "Content-Length: 0x5\r\n\r\nhello" },
	{ 400, POST .. "Content-Length: -1\r\n\r\n" },
	{ 400, POST .. "Content-Length : 5\r\n\r\nhello" },
	{ 501, POST .. "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" },
	{ 501, POST .. "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" },
	{ 400, POST .. ("Transfer-Encoding: chunked\r\n"):rep(2) .. "\r\n0\r\n\r\n" },
	{ 400, POST .. "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" },
	{ 400, POST .. "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n" },
	{ 400, POST .. "Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n" },
	{ 400, POST .. "Transfer-Encoding: chunked\r\n\r\n0\n\n" },
	{ 400, POST .. "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" },
	{ 400, GET .. " folded: 1\r\n\r\n" },
	{ 400, GET .. "X-A: b\n\r\n" },
	{ 400, GET .. "X-A: b\0c\r\n\r\n" },
	{ 400, GET .. "X-A: b\rc\r\n\r\n" },
	{ 400, GET .. ": empty\r\n\r\n" },
	{ 400, GET .. "no colon\r\n\r\n" },
	{ 400, GET .. HOST .. "\r\n" },
	{ 400, "GET / HTTP/1.1\r\n\r\n" },
	{ 400, "GET /a/../b HTTP/1.1\r\n" .. HOST .. "\r\n" },
	{ 400, "GET /a/%2e%2E/b HTTP/1.1\r\n" .. HOST .. "\r\n" },
	{ 400, "GET //a HTTP/1.1\r\n" .. HOST .. "\r\n" },
	{ 400, "GET  / HTTP/1.1\r\n" .. HOST .. "\r\n" },
	{ 400, "GET /a\tb HTTP/1.1\r\n" .. HOST .. "\r\n" },
	{ 505, "GET / HTTP/2.0\r\n" .. HOST .. "\r\n" },
	{ 400, "GET / HTTP/1.10\r\n" .. HOST .. "\r\n" },
	{ 417, POST .. "Expect: the unexpected\r\nContent-Length: 2\r\n\r\n{}" },
	{ 501, "CONNECT github.com:443 HTTP/1.1\r\n" .. HOST .. "\r\n" },
	{ 501, GET .. "Upgrade: websocket\r\nConnection: upgrade\r\n\r\n" },
}

return M
