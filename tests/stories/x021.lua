-- x021: while a key is rotated the old and the new one work, and the old one until its moment.
local t = require "story"
local keys = require "story.keys"
local function in_s(s) return os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() + s) end
local hub = t.hub { upstream = t.github(), clock = "held", config = { clients = { { name = "ci",
	key_hashes = { keys.ci.hash, { hash = keys.old.hash, ["until"] = in_s(3600) } },
	expires = in_s(7200) } } } }

local function ask(key, status)
	return hub:get("/rate_limit", { Authorization = "Bearer " .. key }):expect(status)
end

ask(keys.ci.key, 200)
ask(keys.old.key, 200)
t.clock:advance(3700)
ask(keys.ci.key, 200)
ask(keys.old.key, 401):expect_json { code = "key_expired" }
t.clock:advance(3600)
ask(keys.ci.key, 401):expect_json { code = "key_expired" }

-- taken out of the configuration, and another put in: from the reload on
hub:reload { config = { clients = { { name = "ci", key_hash = keys.bot.hash } } } }:expect(200)
ask(keys.ci.key, 401):expect_json { code = "unknown_key" }
ask(keys.bot.key, 200)
