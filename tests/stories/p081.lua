-- p081: of two caches one holds what one client reads, the other all else; nobody gets a 304 that
-- answers another's validators.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local clients = { { name = "ci", key_hash = keys.ci.hash },
	{ name = "bot", key_hash = keys.bot.hash } }
local hub = t.hub { upstream = github, clock = "held", config = { clients = clients },
	plugins = { { use = "cache", when = { clients = { "ci" } } } } }
local ci = { Authorization = "Bearer " .. keys.ci.key }
local bot = { Authorization = "Bearer " .. keys.bot.key }
local path = "/repos/octo-org/hello-world"

hub:get(path, ci):expect(200)
hub:get(path, ci):expect(200):expect_match("Cache-Status", "hit")
hub:get(path, bot):expect(200):expect_header("Cache-Status", false)
github:expect_requests(2)

-- both ask at once: ci's copy is confirmed by a 304, the bot gets a reply of its own
t.clock:advance(301)
github:script { path = path, delay_ms = 1000, times = 2 }
local first, second = hub:get_later(path, ci), hub:get_later(path, bot)
t.clock:advance(1)
first:expect(200)
second:expect(200)
github:expect_requests(1, { status = 304 })
github:expect_requests(4)

-- two that the cache sees share one fetch as ever
t.clock:advance(301)
github:script { path = path, delay_ms = 1000 }
first, second = hub:get_later(path, ci), hub:get_later(path, ci)
t.clock:advance(1)
first:expect(200)
second:expect(200)
github:expect_requests(5)

-- a reload takes the bound off, and what is kept stays
hub:reload { plugins = { { use = "cache" } } }:expect(200)
hub:get(path, bot):expect(200):expect_match("Cache-Status", "hit")
