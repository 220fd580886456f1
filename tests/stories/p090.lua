-- p090: a receiver that is down misses no event: it gets them when it is up again, in their order.
local t = require "story"
local receiver = t.upstream()
local hub = t.hub { upstream = t.github(), clock = "held", plugins = { "bus", "cache",
	{ use = "sink-http", url = receiver.url .. "/hook", patterns = { "test.a", "test.b" },
		secret = "It's a Secret to Everybody", batch = 10 } } }

local function say(topic, n)
	hub:admin("POST", "/bus/say?topic=" .. topic .. "&n=" .. n):expect(200)
end

-- The next POST: the server's end of it, its head, its body.
local function arrived()
	local server = receiver:accept()
	local head = server:read_request()
	local n = tonumber(head:match("\r\nContent%-Length: (%d+)"))
	while #server.buffer < n do
		if server:fill(20) ~= true then break end
	end
	return server, head, server.buffer
end

local function is_down(tries)
	hub:eventually("the POST to have failed", function()
		local state = hub:show("sink-http/state")
		return state.tries == tries and state
	end)
end

say("test.a", 1)
local server, head, body = arrived()
t.expect(head:find("^POST /hook HTTP/1.1\r\n"), head)
t.expect(head:find("\r\nX%-Hub%-Signature%-256: sha256=%x+\r\n"), "not signed: " .. head)
t.expect(body:find('"topic":"test.a","source":"bus","event":{"n":1}}]', 1, true), body)
local id = head:match("X%-Hubgate%-Delivery: (%S+)")
server:close()
is_down(1)

-- Requests do not notice, and what nobody asked for is not kept.
hub:get("/repos/octo-org/hello-world"):expect(200)
say("test.c", 2)
say("test.b", 3)
hub:eventually("both to wait", function() return hub:show("sink-http/state").waiting == 2 end)

t.clock:advance(1)
server, head = arrived()
t.expect(head:match("X%-Hubgate%-Delivery: (%S+)") ~= id, "other events have the same id")
server:send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
server:close()
is_down(2)
t.expect_equal(hub:show("sink-http/state").why, "answered 502", "why")

t.clock:advance(2)
server, head, body = arrived()
t.expect(head:find("^POST /hook "), head)
server:send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
local one, two = body:find('"event":{"n":1}', 1, true), body:find('"event":{"n":3}', 1, true)
t.expect(one and two and one < two, "both, in their order: " .. body)
t.expect(not body:find("test.c", 1, true), "it was not asked for: " .. body)
hub:eventually("nothing to wait", function()
	local state = hub:show("sink-http/state")
	return state.waiting == 0 and state.tries == 0
end)
server:close()
