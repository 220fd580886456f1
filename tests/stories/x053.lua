-- x053: clients that write byte by byte, or stop sending in the middle, have a clear end.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	config = { http = { body_total_timeout = "60s" } } }

local HOST = "Host: localhost\r\n"
local POST = "POST /repos/octo-org/hello-world/issues HTTP/1.1\r\n" .. HOST

-- A byte each second does not make a head's time longer.
local conn = hub:connect()
local head = "GET /repos/octo-org/hello-world HTTP/1.1\r\nHost: localhost\r\n\r\n"
for i = 1, 11 do
	conn:send(head:sub(i, i))
	if i < 11 then t.expect_equal(conn:fill(0), "timeout", "what came after " .. i .. " s") end
	t.clock:advance(1)
end
t.expect_equal(conn:read_head().status, 408, "the status of a head in sips")
t.expect(conn:wait_closed(), "the connection was kept")

-- A body whose pieces come in time, but for ever.
conn = hub:raw(POST .. "Content-Length: 1000\r\n\r\n")
for _ = 1, 7 do
	conn:send("x")
	t.clock:advance(10.1)
end
t.expect_equal(conn:read_head().status, 408, "the status of a body in sips")
t.expect(conn:wait_closed(), "the connection was kept")

-- Half-closed in the middle of a head or a body: nobody can finish it, so it is over at once.
for _, bytes in ipairs { "GET /us", "GET /user HTTP/1.1\r\nHos",
	POST .. "Content-Length: 9\r\n\r\n{}",
	POST .. "Transfer-Encoding: chunked\r\n\r\n5\r\n{}" } do
	conn = hub:raw(bytes)
	conn.sock:shutdown("send")
	t.expect(conn:wait_closed(), ("no close after half of %q"):format(bytes))
	t.expect(not conn.buffer:find("HTTP/1.1 2", 1, true), "it was served: " .. conn.buffer)
end
github:expect_requests(0)

-- Half-closed behind a whole request, before it is answered: it has left, as behind a proxy.
github:script { path = "/repos/octo-org/hello-world", delay_ms = 30000 }
conn = hub:raw(head)
hub:eventually("the request to be asked", function() return #hub:show("tickets") == 1 end)
conn.sock:shutdown("send")
t.expect(conn:wait_closed(), "the connection was kept")
hub:eventually("it to be over", function() return #hub:show("tickets") == 0 end)
