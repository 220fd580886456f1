-- b084: a valid traceparent goes on to GitHub as it came, a malformed one does not, and neither
-- keeps equal requests apart.
local t = require "story"
local upstream = t.upstream()
local hub = t.hub { upstream = upstream.url, token = false }
local TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
local FINE = "00-" .. TRACE .. "-00f067aa0ba902b7-01"

local function sent_up(path, headers)
	local pending = hub:send { path = path, headers = headers }
	local server = upstream:accept()
	local head = server:read_request()
	server:send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
	pending:expect(200)
	server:close()
	return head
end

-- What a request's text says of a field.
local function field(head, name)
	return (head .. "\r\n"):match("\r\n" .. name .. ": ([^\r]*)\r\n")
end

local up = sent_up("/users/a", { traceparent = FINE, tracestate = "rojo=1,congo=t61" })
t.expect_equal(field(up, "traceparent"), FINE, "traceparent")
t.expect_equal(field(up, "tracestate"), "rojo=1,congo=t61", "tracestate")
up = sent_up("/users/b", { traceparent = "00-" .. TRACE .. "-0000000000000000-01",
	tracestate = "rojo=1" })
t.expect_equal(field(up, "traceparent"), nil, "a malformed traceparent")
t.expect_equal(field(up, "tracestate"), nil, "the state of a malformed traceparent")
up = sent_up("/users/c", { traceparent = FINE, tracestate = "ROJO" })
t.expect_equal(field(up, "traceparent"), FINE, "traceparent")
t.expect_equal(field(up, "tracestate"), nil, "a malformed tracestate")
hub:eventually("the line of the log", function()
	return hub.daemon:stderr():find("path=/users/a [^\n]* trace=" .. TRACE .. "\n")
end)
t.expect(not hub.daemon:stderr():find("path=/users/b [^\n]*trace="), "a malformed one is logged")

-- Two traces, one fetch.
local a = hub:get_later("/users/d", { traceparent = FINE })
local b = hub:get_later("/users/d", { traceparent = "00-" .. TRACE .. "-00f067aa0ba902b8-01" })
local server = upstream:accept()
t.expect_equal(field(server:read_request(), "traceparent"), FINE, "the first one's")
server:send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
a:expect(200)
b:expect(200)
server:close()
