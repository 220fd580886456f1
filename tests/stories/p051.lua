-- p051: a reload's receipt says what changed, how each plugin went over, and what still drains.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	plugins = { "metrics", "cache", "ratelimit" } }

t.expect_equal(next(hub:show("reload")), nil, "the receipt before any reload")

github:script { path = "/users/octocat", delay_ms = 5000 }
local reader = hub:get_later("/users/octocat")
local receipt = hub:reload {
	plugins = { { use = "cache", max_bytes = "8MiB" }, "ratelimit", "echo" },
	config = { http = { max_batch = 7 } },
}:expect(200):json()

t.expect_equal(receipt.ok, true, "ok")
t.expect_equal(receipt.cause, "admin", "cause")
t.expect_equal(receipt.generation, 2, "generation")
t.expect(receipt.took_ms > 0, "it took no time at all")

local changed = {}
for _, c in ipairs(receipt.changed) do changed[c.option] = c end
t.expect_equal(changed["http.max_batch"].old, 100, "max_batch before")
t.expect_equal(changed["http.max_batch"].new, 7, "max_batch now")
t.expect_equal(changed["plugins[cache].max_bytes"].new, "8MiB", "max_bytes now")
t.expect(changed["plugins[echo].use"], "a new plugin is no change")
t.expect(not changed["http.max_fields"], "what did not change is in the receipt")

local how = {}
for _, plugin in ipairs(receipt.plugins) do
	how[plugin.name] = plugin.how
	t.expect(plugin.took_ms >= 0, plugin.name .. " took less than nothing")
end
t.expect_equal(how.cache, "adopted", "how cache went over")
t.expect_equal(how.echo, "new", "how echo came")
t.expect_equal(receipt.gone[1], "metrics", "what is gone")
t.expect_equal(#receipt.draining, 1, "what drains")
t.expect_equal(receipt.draining[1].generation, 1, "the generation that drains")
t.expect_equal(hub:show("reload").generation, 2, "the generation of `show reload`")

-- it drains until its last request has ended
local states = hub:show("generations")
t.expect_equal(#states, 2, "generations that live")
t.expect_equal(states[1].state, "draining", "the old one")
t.expect_equal(states[2].state, "in force", "the new one")
t.clock:advance(5)
reader:expect(200)
hub:eventually("the old one to be gone", function() return #hub:show("generations") == 1 end)

-- a refused one says why, and what stays
local refused = hub:reload { config = { http = { max_batch = 0 } } }:expect(409):json()
t.expect_equal(refused.ok, false, "ok of a refused one")
t.expect_equal(refused.generation, 2, "the generation that stays")
t.expect_equal(#refused.errors, 1, "its errors")
t.expect_equal(refused.errors[1].path, "http.max_batch", "where")
t.expect_equal(#refused.changed, 0, "its changes")
t.expect_equal(hub:show("reload").ok, false, "the last receipt")
local line = "changed http.max_batch: 100 -> 7"
t.expect(hub.daemon:stderr():find(line, 1, true), "no line in the log")
