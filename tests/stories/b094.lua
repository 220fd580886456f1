-- b094: a file with mistakes still says where the daemon is that has the one before in force.
local t = require "story"
local keys = require "story.keys"
local how = { upstream = t.github(), clock = "held",
	config = { clients = { { name = "ci", key_hash = keys.ci.hash } } } }
local hub = t.hub(how)
local file = hub.folder .. "/hub.yaml"

local function asks(words, status)
	local args = { table.unpack(words) }
	args[#args + 1] = "--config"
	args[#args + 1] = file
	return hub:command(args, status)
end

local function says(text, words)
	t.expect(text:find(words, 1, true), words .. " is not in: " .. text)
end

local function append(line)
	local out = assert(io.open(file, "a"))
	out:write(line, "\n")
	out:close()
end

-- What a mistake elsewhere is, a reload tells; how the daemon is, is told all the same.
how.config.workres = 2
how.config.credential = { token = "${env:NOT_IN_THIS_SHELL}" }
hub:write_config(how)
says(asks({ "reload" }, 1), 'unknown option (did you mean "workers"?)')
says(asks { "status" }, "reload     FAILED at ")
says(asks { "show", "keys" }, "ci ")
says(asks { "send", "/reopen" }, "ok: yes")

-- A list of clients that can not be read proves nothing; a mistake elsewhere does not matter.
says(asks({ "key", "revoke", "nobody" }), "the running hubgate does not know it")
how.config.clients = { { name = "ci", key_hash = "sha256:short" } }
hub:write_config(how)
says(asks({ "key", "revoke", "nobody" }, 1), "clients[0].key_hash")

-- Where the file is none, or the socket is the mistake, the way out is said.
append("{")
says(asks({ "status" }, 1), "so it does not say where the admin socket is; --socket PATH does")
says(hub:command { "status" }, "ready  pid ")
how.config = { admin = { bind = "${env:NOT_IN_THIS_SHELL}" } }
hub:write_config(how)
says(asks({ "status" }, 1), "so it does not say where the admin socket is; --socket PATH does")
says(hub:command { "status", "--socket", "unix:" .. hub.folder .. "/admin" }, "ready  pid ")
