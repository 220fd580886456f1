-- x028: a key has as many requests under way as it may, whatever fronts they come to.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = { clients = {
	{ name = "ci", key_hash = keys.ci.hash, max_in_flight = 2 },
	{ name = "bot", key_hash = keys.bot.hash } } } }
local ci = { Authorization = "Bearer " .. keys.ci.key }

github:script { path = "/users/octocat", delay_ms = 30000, times = 2 }
github:script { path = "/users/monalisa", delay_ms = 30000, times = 2 }
local first, second = hub:get_later("/users/octocat", ci), hub:get_later("/users/monalisa", ci)
hub:get("/users/hubot", ci):expect(429):expect_json { code = "too_many_in_flight" }
	:expect_header("Retry-After", "1")
hub:get("/users/hubot", { Authorization = "Bearer " .. keys.bot.key }):expect(200)
second:leave()
hub:eventually("room again", function() return hub:get("/users/hubot", ci).status == 200 end)
t.clock:advance(30)
first:expect(200)
