-- x054: a client that reads in small sips is not cut, however long it takes; one that stops is.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = { workers = "1",
	http = { write_timeout = "30s" } } }

local path, token = github:large_list(100)
hub:get(path, token):expect(200) -- from memory it is queued as a whole

-- Each sip lets its kernel take more, but the daemon's socket has room for much more than that.
local reader = hub:send { path = path, headers = token, receive_bytes = 4096 }
reader.conn:fill(10)
t.clock:advance(1)
local waiting = hub:show("conns")[1].unsent_bytes
t.expect(waiting > 0, "nothing waits")
for i = 1, 8 do
	for _ = 1, 4 do reader.conn:fill(10) end
	t.clock:advance(29)
	t.expect(#hub:show("requests") == 1, "it was cut in spite of sip " .. i)
end
t.clock:advance(61)
hub:eventually("it to be cut", function() return #hub:show("requests") == 0 end)
