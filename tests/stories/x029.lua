-- x029: a request that waits for what its ID means is decided by the keys with which it began.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local function clients(path)
	return { { name = "ci", key_hash = keys.ci.hash, paths = { path } } }
end
local hub = t.hub { upstream = github, plugins = { "metrics" }, clock = "held",
	config = { clients = clients("/repos/octo-org/**") } }
local ci = { Authorization = "Bearer " .. keys.ci.key }
local id = math.tointeger(hub:get("/repos/octo-org/hello-world", ci):expect(200):json().id)
local path = "/repositories/" .. id

github:script { path = path, status = 200, body = { full_name = "octo-org/hello-world" },
	delay_ms = 5000 }
local waits = hub:send { path = path .. "/labels", headers = ci }
hub:eventually("GitHub to be asked", function() return #hub:show("tickets") == 1 end)
hub:reload { config = { clients = clients("/user") } }:expect(200)
hub:get("/repos/octo-org/hello-world", ci):expect(403)
waits:expect_pending()
t.clock:advance(5)
waits:expect(200)
hub:get(path .. "/labels", ci):expect(403):expect_json { code = "path_not_allowed" }
