-- d018: a client that leaves while it waits for budget spends none of it.
local t = require "story"
local github = t.github { limit = 1, reset_after_s = 30 }
local hub = t.hub { upstream = github, clock = "held" }

hub:get("/repos/octo-org/hello-world"):expect(200)
local leaves = hub:get_later("/users/octocat")
local stays = hub:get_later("/users/monalisa")
leaves:leave()
hub:eventually("the ticket to be freed", function() return #hub:show("tickets") == 1 end)
t.clock:advance(32)
stays:expect(200)
github:expect_requests(0, { target = "/users/octocat" })
