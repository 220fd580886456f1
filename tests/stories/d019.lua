-- d019: idle connections to GitHub are closed after 45 s, before GitHub does it at 60.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

-- The simulator is served by the same fronts; clients of this story have left when they are told.
local function connections()
	local n = 0
	for _, front in ipairs(hub:show("conns")) do n = n + front.connections end
	return n
end

hub:get("/repos/octocat/Hello-World"):expect(200)
hub:eventually("the client to be gone", function() return connections() == 1 end)
t.clock:advance(44)
t.expect(connections(), 1, "connections to GitHub just before")
t.clock:advance(2)
hub:eventually("the connection to GitHub to be closed", function() return connections() == 0 end)
hub:get("/user"):expect(200)
github:expect_requests(2)
