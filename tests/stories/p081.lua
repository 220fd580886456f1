-- p081: of two caches each holds what its client reads; nobody gets a 304 that answers another's
-- validators.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local clients = { { name = "ci", key_hash = keys.ci.hash },
	{ name = "bot", key_hash = keys.bot.hash } }
local hub = t.hub { upstream = github, clock = "held", config = { clients = clients },
	plugins = { { use = "cache", when = { clients = { "ci" } } },
		{ use = "cache", name = "others", when = { clients = { "bot" } } } } }
local ci = { Authorization = "Bearer " .. keys.ci.key }
local bot = { Authorization = "Bearer " .. keys.bot.key }
local path = "/repos/octo-org/hello-world"

hub:get(path, ci):expect(200)
hub:get(path, ci):expect(200):expect_match("Cache-Status", "hit")
hub:get(path, bot):expect(200):expect_match("Cache-Status", "uri%-miss")
hub:get(path, bot):expect(200):expect_match("Cache-Status", "hit")
github:expect_requests(2)
t.expect_equal(hub:show("cache/state").entries, 1, "what is kept for ci")
t.expect_equal(hub:show("others/state").entries, 1, "what is kept for the bot")

-- both ask at once: each copy is confirmed by a 304 of its own
t.clock:advance(301)
github:script { path = path, delay_ms = 1000, times = 2 }
local first, second = hub:get_later(path, ci), hub:get_later(path, bot)
t.clock:advance(1)
first:expect(200)
second:expect(200)
github:expect_requests(2, { status = 304 })
github:expect_requests(4)

-- two that the cache sees share one fetch as ever
t.clock:advance(301)
github:script { path = path, delay_ms = 1000 }
first, second = hub:get_later(path, ci), hub:get_later(path, ci)
t.clock:advance(1)
first:expect(200)
second:expect(200)
github:expect_requests(5)

-- a reload takes one out and the bound off the other, and what is kept stays
hub:reload { plugins = { { use = "cache" } } }:expect(200)
hub:get(path, bot):expect(200):expect_match("Cache-Status", "hit")
github:expect_requests(5)
