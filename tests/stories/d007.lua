-- d007: a client that leaves frees its ticket, and GitHub is not kept busy for nobody.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

github:script { path = "/users/octocat", delay_ms = 30000 }
local reader = hub:get_later("/users/octocat")
reader:leave()
hub:eventually("the ticket to be freed", function() return #hub:show("tickets") == 0 end)
hub:eventually("the transfer to end", function() return github:state().held == 0 end)
