-- d223: a large answer reaches its client while GitHub is still sending it.
-- P23 of GitHub's pitfalls: whole answers held in memory.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { share_bytes = "64KiB", window_bytes = "64KiB" },
		upstream = { stall_timeout = "1min", total_timeout = "2min" } } }

local all, token = github:large_list(100)
local path = all:gsub("=100$", "=30")
github:script { path = "/repos/octo-org/hello-world/issues*", stall_after_bytes = 500000,
	stall_ms = 20000 }
local reader = hub:get_later(path, token)
local head = reader.conn:read_head()
t.expect_equal(head.status, 200, "the status")
local came = #reader.conn.buffer
hub:eventually("its first bytes", function()
	reader.conn:fill(1)
	came = #reader.conn.buffer
	return came >= 300000
end)
t.expect(came <= 600000, came .. " bytes came before GitHub had sent them")
t.clock:advance(20)
local body = reader.conn:read_body(head, "GET")
reader:leave()
t.expect(#t.json.decode(body) == 30, "not all issues came")
t.expect_equal(tonumber(head:header("content-length") or #body), #body, "the length")

-- and who reads nothing makes GitHub wait, not the gateway's memory grow
local deaf = hub:send { path = all, headers = token, receive_bytes = 4096 }
deaf.conn:fill(10)
for _ = 1, 5 do
	t.clock:advance(1)
	t.expect_equal(hub:show("tickets")[1].state, "streaming", "the state of its ticket")
	local waiting = 0
	for _, front in ipairs(hub:show("conns")) do waiting = waiting + front.unsent_bytes end
	-- what one reading of a fast socket brings may come on top of the windows
	t.expect(waiting < 1300000, waiting .. " bytes wait")
end
deaf:leave()
