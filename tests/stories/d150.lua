-- d150: the gateway's own tokens are tried at the start, before any client asks.
local t = require "story"
local told = require "story.events".new { "credential.*" }
local github = t.github { tokens = { "ghp_storyGood=octocat" } }
local hub = t.hub { upstream = github, clock = "held", plugins = told:beside(),
	config = { dispatch = { ask_at_start = true },
		credentials = { { alias = "good", token = "ghp_storyGood" },
			{ alias = "wrong", token = "ghp_storyWrong" } } } }

local event = told:next("credential.invalid")
t.expect_equal(event.credential, "wrong", "whose token it is")
local states = {}
for _, one in ipairs(hub:show("credentials")) do states[one.alias] = one.state end
t.expect_equal(states.wrong, "out", "the wrong one's state")
t.expect_equal(states.good, "good", "the good one's state")
