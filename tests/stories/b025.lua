-- b025: a client of HTTP/1.0 gets its answer and the end of the connection.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local conn = hub:raw("GET /repos/octo-org/hello-world HTTP/1.0\r\nHost: localhost\r\n\r\n")
local head = conn:read_head()
t.expect_equal(head.status, 200, "the status")
t.expect(not head:header("Transfer-Encoding"), "HTTP/1.0 knows no chunks")
t.expect(#conn:read_body(head, "GET") > 0, "no body")
t.expect(conn:wait_closed(), "the connection is still open")
