-- x024: what one key read and the cache keeps, another key gets only where its own paths allow it.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = { clients = {
	{ name = "all", key_hash = keys.bot.hash },
	{ name = "twin", key_hash = keys.old.hash },
	{ name = "narrow", key_hash = keys.ci.hash,
		paths = { "/repos/octo-org/hello-world/**" } } } } }
local all = { Authorization = "Bearer " .. keys.bot.key }
local twin = { Authorization = "Bearer " .. keys.old.key }
local narrow = { Authorization = "Bearer " .. keys.ci.key }
local secret = "/repos/octo-org/secret-plans"

local id = math.tointeger(hub:get(secret, all):expect(200):json().id)
hub:get("/repositories/" .. id, all):expect(200)
hub:get(secret, twin):expect(200):expect_match("Cache-Status", "hit") -- who may, shares it
for _, path in ipairs { secret, "/repositories/" .. id } do
	local reply = hub:get(path, narrow):expect(403)
	reply:expect_json { code = "path_not_allowed" }:expect_header("Cache-Status", false)
	t.expect(not reply.body:find("secret", 1, true), "the refusal names no repository")
end

-- nor is a fetch shared that is under way
github:touch { repo = "octo-org/secret-plans" }
github:script { path = secret .. "/labels", delay_ms = 1000 }
local first = hub:get_later(secret .. "/labels", all)
hub:get(secret .. "/labels", narrow):expect(403)
t.clock:advance(1)
first:expect(200)

-- a client's own token never sees what the pool's keys read
hub:get(secret, { Authorization = "token ghp_somebodyElsesTokenNotReal00000000000" })
	:expect_header("Age", false)
