-- b085: a service manager is told when hubgate is ready, reloads, stops, and that it lives.
local t = require "story"
local unix = require "socket.unix"
local address = os.tmpname()
os.remove(address)
local manager = assert(unix.dgram())
assert(manager:bind(address))
manager:settimeout(5)

local function heard(pattern)
	local got = {}
	for _ = 1, 20 do
		local text = manager:receive()
		if not text then break end
		if text:find(pattern) then
			t.expect(true, pattern)
			return text
		end
		got[#got + 1] = text
	end
	t.expect(false, "not heard: " .. pattern .. " in " .. table.concat(got, "|"))
end

local hub = t.hub { upstream = t.github(), clock = "held",
	env = { NOTIFY_SOCKET = address, WATCHDOG_USEC = "400000" } }
heard("^READY=1\nSTATUS=ready, configuration 1\n$")
heard("^WATCHDOG=1\n$")
heard("^WATCHDOG=1\n$")
hub:reload { config = { http = { max_batch = 7 } } }:expect(200)
heard("^RELOADING=1\nMONOTONIC_USEC=%d+\n")
heard("^READY=1\nSTATUS=ready, configuration 2\n$")
hub:reload { config = { http = { max_batch = 0 } } }:expect(409)
heard("^RELOADING=1\n")
heard("^READY=1\nSTATUS=ready, configuration 2; the latest reload was refused\n$")
hub:term()
heard("^STOPPING=1\n")
manager:close()
os.remove(address)
