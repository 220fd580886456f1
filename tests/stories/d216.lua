-- d216: a connection that GitHub closes when a read is on it costs the client nothing but a moment.
-- P16 of GitHub's pitfalls: idle connections that GitHub closes after 60 s.
local t = require "story"
local place = t.upstream()
local hub = t.hub { upstream = place.url, clock = "held" }

local function say(conn, body)
	conn:send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " .. #body
		.. "\r\n\r\n" .. body)
end

-- The next connection that says anything: libcurl also opens some that it then has no use for.
local function next_request(pattern)
	while true do
		local conn = place:accept()
		local came, head = pcall(conn.read_request, conn)
		if came then
			t.expect(head:find(pattern), "another request: " .. head)
			return conn
		end
	end
end

local first = hub:send { path = "/users/octocat" }
local conn = next_request("^GET /users/octocat ")
say(conn, '"first"')
first:expect(200):expect_body('"first"')

-- the second goes out on the same connection, just as it is closed
local second = hub:send { path = "/users/hubot" }
t.expect(conn:read_request():find("^GET /users/hubot "), "another request")
conn:close()
conn = next_request("^GET /users/hubot ")
say(conn, '"second"')
second:expect(200):expect_body('"second"')

-- a write that met the same is told so: it may have been carried out
local write = hub:send { method = "POST", path = "/user/repos", body = "{}" }
conn:read_request()
conn:close()
write:expect(502)

-- and an idle one is closed from this side, before GitHub does it
local third = hub:send { path = "/users/monalisa" }
conn = next_request("^GET /users/monalisa ")
say(conn, '"third"')
third:expect(200)
t.clock:advance(44)
t.expect_equal(conn:fill(0), "timeout", "the connection after 44 s")
t.clock:advance(2)
t.expect(conn:wait_closed(), "it is open after 46 s")
