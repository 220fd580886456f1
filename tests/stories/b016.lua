-- b016: a client that reads slowly gets every byte, and nobody else waits for it.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "metrics", "ratelimit" }, config = {
	workers = "1", http = { write_window_bytes = "4KiB" },
	dispatch = { share_bytes = "64KiB", window_bytes = "64KiB" } } }

local path, token = github:large_list(100)
local direct = github:get(path, token):expect(200)

-- its head at least is there, and the rest fits into no socket's buffers
local slow = hub:send { path = path, headers = token, receive_bytes = 4096 }
slow.conn:fill(10)
hub:eventually("the transfer to be held", function()
	local ticket = hub:show("tickets")[1]
	return ticket and ticket.state == "streaming"
end)
hub:get("/repos/octo-org/hello-world", token):expect(200)
hub:get("/users/octocat"):expect(200)
t.expect_equal(#hub:show("tickets"), 1, "the number of tickets")
local through = direct.body:gsub('url":"' .. github.url, 'url":"' .. hub.url)
slow:expect(200):expect_body(through)
