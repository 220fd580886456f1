-- d011: a budget that somebody else spent is found out once, and waited for.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

hub:get("/repos/octo-org/hello-world"):expect(200)
github:limit { remaining = 0, reset_in_s = 20 }
local reader = hub:get_later("/users/octocat")
hub:eventually("the refusal to be known", function()
	return hub:show("tickets")[1].state == "parked"
end)
local other = hub:get_later("/users/monalisa")
github:expect_requests(1, { status = 403 })
t.clock:advance(19)
reader:expect_pending()
other:expect_pending()
t.clock:advance(4)
reader:expect(200)
other:expect(200)
github:expect_requests(1, { status = 403 })
