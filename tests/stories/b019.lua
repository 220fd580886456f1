-- b019: who expects 100-continue is told to go on before the body is sent.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local body = '{"title":"Patient"}'
local conn = hub:connect()
conn:send("POST /repos/octo-org/hello-world/issues HTTP/1.1\r\nHost: localhost\r\n" ..
	"Expect: 100-continue\r\nContent-Length: " .. #body .. "\r\n\r\n")
repeat until conn:fill(10) ~= true or conn.buffer:find("\r\n\r\n", 1, true)
t.expect(conn.buffer:find("^HTTP/1.1 100 "), "no 100 Continue: " .. conn.buffer)
conn:send(body)
local head = conn:read_head()
t.expect_equal(head.status, 201, "the status")
t.expect_equal(#head.interim, 1, "the number of interim replies")
