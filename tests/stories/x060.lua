-- x060: a request whose listener a reload took is refused, whatever `when:` hangs on its path.
local t = require "story"
local socket = require "socket"
local github = t.github()
local guard = { { use = "phases", name = "guard", when = { routes = { "/repos/octo-org/**" } } } }
local function how(...)
	return { upstream = github, clock = "held", plugins = guard,
		config = { listeners = { ... } } }
end
local first, second = { bind = "127.0.0.1:0" }, { bind = "127.0.0.2:0" }
local hub = t.hub(how(first, second))

local client = assert(socket.tcp())
client:settimeout(10)
assert(client:connect("127.0.0.2", hub.ports[2]))
client:send("GET /user HTTP/1.1\r\nHost: localhost\r\n\r\n"
	.. "GET /repos/octo-org/hello-world HTTP/1.1\r\nHo")
t.expect(client:receive("*l"):find("^HTTP/1.1 200 "), "the listener serves")
hub:reload(how(first)):expect(200)
client:send("st: localhost\r\n\r\n")
t.expect(client:receive("*a"):find("HTTP/1.1 503 ", 1, true), "it is not refused")
client:close()
