-- b051: a batch of 100 goes to GitHub by class and is answered in order, line by line when asked; a
-- reload in the middle changes nothing, and a client that leaves ends all of it.
local t = require "story"
local json = require "story.json"
local github = t.github()
local config = { workers = "1", dispatch = { max_concurrent = 1 } }
local hub = t.hub { upstream = github, clock = "held", config = config }

local classes = { "low", "normal", "high", "critical" }
local requests = {}
for i = 1, 100 do
	requests[i] = { path = "/repos/octo-org/hello-world/issues?page=" .. i,
		priority = classes[(i - 1) % 4 + 1], deadline = "30min" }
end
local function lines(list)
	return { method = "POST", path = "/api/github/batch",
		body = json.encode { requests = list },
		headers = { Accept = "application/x-ndjson" } }
end

github:script { path = "/users/octocat", delay_ms = 1000 }
local first = hub:get_later("/users/octocat") -- takes the only place
local pending = hub:send(lines(requests))
hub:eventually("all to wait", function() return #hub:show("tickets") == 101 end)
hub:reload { upstream = github, clock = "held", config = config }
t.clock:advance(1)
first:expect(200)
hub:eventually("all to be answered", function()
	t.clock:advance(1)
	return #hub:show("tickets") == 0
end)
local reply = pending:expect(200):expect_header("Content-Type", "application/x-ndjson")
local n = 0
for line in reply.body:gmatch("([^\n]*)\n") do
	local result = json.decode(line)
	t.expect_equal(result.index, n, "the index of a line")
	t.expect_equal(result.status, "fulfilled", "the status of line " .. n)
	n = n + 1
end
t.expect_equal(n, 100, "lines")

-- the order in which GitHub was asked: never a worse class before a better one
local rank, worst = { critical = 1, high = 2, normal = 3, low = 4 }, 1
local seen = 0
for _, asked in ipairs(github:requests()) do
	local page = asked.target:match("issues%?page=(%d+)$")
	if page then
		local class = rank[requests[tonumber(page)].priority]
		t.expect(class >= worst, "page " .. page .. " came late")
		worst, seen = class, seen + 1
	end
end
t.expect_equal(seen, 100, "requests of the batch at GitHub")

-- the first line leaves while the second is waited for
github:script { path = "/users/hubot", delay_ms = 60000 }
local slow = hub:send(lines { { path = "/users/octocat", priority = "critical" },
	{ path = "/users/hubot", priority = "critical" }, { path = "/users/monalisa" } })
hub:eventually("the first line", function()
	slow.conn:fill(0)
	return slow.conn.buffer:find('"index":0', 1, true)
end)
t.expect(not slow.conn.buffer:find('"index":1', 1, true), "the second came as well")
slow:leave()
hub:eventually("all tickets to be freed", function() return #hub:show("tickets") == 0 end)
