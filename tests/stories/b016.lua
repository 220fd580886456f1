-- b016: a client that reads slowly gets every byte, and nobody else waits for it.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, config = {
	workers = "1", http = { write_window_bytes = "4KiB" },
	dispatch = { share_bytes = "64KiB", window_bytes = "64KiB" } } }

local body = ("0123456789abcde\n"):rep(200000)
github:script { path = "/repos/octo-org/hello-world/contents/big", status = 200, body = body }
local slow = hub:send { path = "/repos/octo-org/hello-world/contents/big", receive_bytes = 4096 }
slow.conn:fill(10) -- its head at least is there, and the rest does not fit anywhere
hub:get("/repos/octo-org/hello-world"):expect(200)
hub:get("/repos/octo-org/hello-world/issues"):expect(200)
slow:expect(200):expect_body(body)
