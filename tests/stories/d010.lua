-- d010: a client with its own token does not wait for the gateway's budget.
local t = require "story"
local github = t.github { limit = 1, reset_after_s = 30 }
local hub = t.hub { upstream = github, clock = "held" }

hub:get("/repos/octo-org/hello-world"):expect(200)
local waits = hub:get_later("/users/octocat")
github:token { add = "ghp_storyOwnStoryOwnStoryOwnStoryOwn0000=outsider" }
hub:get("/users/octocat",
	{ Authorization = "Bearer ghp_storyOwnStoryOwnStoryOwnStoryOwn0000" }):expect(200)
waits:expect_pending()
t.clock:advance(32)
waits:expect(200)
