-- b086: `key list` tells who has keys, and `key revoke` is content only when NAME opens nothing.
local t = require "story"
local keys = require "story.keys"
local ci = { name = "ci", key_hash = keys.ci.hash, methods = { "GET" },
	paths = { "/repos/octo-org/**" } }
local bot = { name = "bot", key_hashes = { keys.bot.hash, keys.old.hash },
	expires = "2099-01-31", graphql = true }
local how = { upstream = t.github(), clock = "held", config = { clients = { ci, bot } } }
local hub = t.hub(how)

local function key(words, status)
	local args = { "key", table.unpack(words) }
	args[#args + 1] = "--config"
	args[#args + 1] = hub.folder .. "/hub.yaml"
	return hub:command(args, status)
end

local function says(text, words)
	t.expect(text:find(words, 1, true), words .. " is not in: " .. text)
end

local function asks(who)
	return hub:get("/repos/octo-org/hello-world", { Authorization = "Bearer " .. who.key })
end

local list = key { "list" }
t.expect(list:match("^NAME +KEYS +EXPIRES +METHODS +GRAPHQL +AT ONCE +CLASSES +UPSTREAMS +" ..
	'PATHS\nci +1 +%- +%["GET"%] +no +0 +[^\n]*\nbot +2 +2099%-01%-31'), list)
t.expect(not list:find("sha256", 1, true), "a hash is shown")

-- In force and in the file; only in force; nowhere.
asks(keys.ci):expect(200)
local text = key({ "revoke", "ci" }, 1)
says(text, "ci is a client in " .. hub.folder .. "/hub.yaml:1: take its entry out")
says(text, "the running hubgate lets it in until then")
how.config.clients = { bot }
hub:write_config(how)
text = key({ "revoke", "ci" }, 1)
says(text, "ci is no client in ")
says(text, "the running hubgate lets it in until then")
asks(keys.ci):expect(200)
hub:command { "reload" }
text = key { "revoke", "ci" }
says(text, "the running hubgate does not know it")
asks(keys.ci):expect(401)
asks(keys.bot):expect(200)

-- Without a daemon the file is what there is.
hub:term()
list = key { "list" }
says(list, "not running; these are the keys of " .. hub.folder .. "/hub.yaml")
says(list, "2099-01-31")
says(key({ "revoke", "bot" }, 1), "no hubgate is running")
says(key { "revoke", "ci" }, "no hubgate is running")

-- A file that can not be read proves nothing, nor does a name that comes from elsewhere.
local function write(line)
	local file = assert(io.open(hub.folder .. "/hub.yaml", "w"))
	file:write(line, "\n")
	file:close()
end
write(("clients: [{name: ci, key_hash: '%s'}"):format(keys.ci.hash))
key({ "revoke", "ci" }, 1)
write(("clients: [{name: '${env:HG_NOBODY_SETS_THIS:-ci}', key_hash: '%s'}]"):format(keys.ci.hash))
says(key({ "revoke", "ci" }, 1), "ci is a client in ")
