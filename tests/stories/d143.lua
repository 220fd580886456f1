-- d143: a thousand requests wait, their clients leave: nothing is left, and GitHub is not asked.
local t = require "story"
local github = t.github { limit = 5, reset_after_s = 300 }
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { deadline = "30min" }, http = { max_connections = 2000 } } }
local critical = { ["X-Hubgate-Priority"] = "critical" }
local path = "/repos/octo-org/hello-world/issues?page="

for n = 1, 5 do hub:get(path .. n, critical):expect(200) end
-- What it has of memory; nil when a sanitizer keeps what was freed (its shadow is terabytes).
local function kept()
	local file = assert(io.open(("/proc/%d/status"):format(hub.daemon.pid)))
	local text = file:read("a")
	file:close()
	if tonumber(text:match("VmSize:%s+(%d+)")) > 1 << 30 then return nil end
	return tonumber(text:match("VmRSS:%s+(%d+)"))
end
local function crowd(from)
	local conns = {}
	for k = 1, 10 do -- over a hundred connections at a time
		for i = 1, 100 do
			conns[#conns + 1] = hub:send { path = path .. from + k * 100 + i,
				headers = critical }
		end
		hub:eventually("them to wait", function()
			return #hub:show("tickets") == k * 100
		end)
	end
	return conns
end

local kept_kb
for round = 1, 3 do
	local all = crowd(round * 10000)
	t.expect_equal(#hub:show("tickets"), 1000, "waiting")
	for _, one in ipairs(all) do one:leave() end
	hub:eventually("all to be freed", function() return #hub:show("tickets") == 0 end)
	for _, row in ipairs(hub:show("credentials")) do
		t.expect_equal(row.flights + row.on_wire, 0, "under way for " .. row.alias)
	end
	hub:eventually("their connections to end", function()
		local n = 0
		for _, row in ipairs(hub:show("conns")) do n = n + row.under_way end
		return n <= 1
	end)
	for _, queue in ipairs(hub:show("queues")) do
		t.expect_equal(queue.waiting, 0, "waiting in a queue")
	end
	local kb = kept()
	kept_kb = kept_kb or kb
	t.expect(not kb or kb <= kept_kb + 4096, ("%s kB after %s"):format(kb, kept_kb))
end
github:expect_requests(5)
-- and who comes then is served at the reset
local one = hub:get_later(path .. 7, critical)
t.clock:advance(310)
one:expect(200)
github:expect_requests(6)
