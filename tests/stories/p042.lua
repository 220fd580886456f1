-- p042: a fetch that a reload finds under way ends by on_done before its instance is gone.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "probe" }, config = { drain_timeout = "100ms" } }

-- a client keeps the first configuration alive beyond the reload
github:script { path = "/users/octocat", delay_ms = 30000 }
local leaver = hub:send { path = "/users/octocat" }
hub:eventually("the client to wait", function()
	for _, ticket in ipairs(hub:show("tickets")) do
		if ticket.client ~= "probe" then return true end
	end
end)
hub:reload { plugins = { "probe" } }:expect(200)

-- the first instance asks again: what it asks with now is the second configuration
github:script { path = "/repos/octo-org/slow", delay_ms = 30000, times = 2 }
hub:eventually("both instances to ask", function() return #hub:show("tickets") == 3 end)

leaver:leave()
hub:eventually("the first instance to end", function() return #hub:show("tickets") == 1 end)
hub:get("/probe"):expect(200)
hub:term()
