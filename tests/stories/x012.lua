-- x012: a client that takes nothing of its reply is cut after write_timeout, or after
-- twice that at the latest: nobody sees when it took the last.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = {
	http = { write_timeout = "30s", write_window_bytes = "4KiB" } } }

local path, token = github:large_list(100)
local stuck = hub:send { path = path, headers = token, receive_bytes = 4096 }
stuck.conn:fill(10)
t.clock:advance(29)
t.expect(#hub:show("requests") == 1, "it was cut early")
t.clock:advance(32) -- what it took at the beginning counted once
hub:eventually("it to be cut", function() return #hub:show("requests") == 0 end)
hub:get("/repos/octo-org/hello-world", token):expect(200)
