-- x023: /repositories/ID is that repository: its rules hold, and GitHub is asked once who it is.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "metrics" }, clock = "held", config = {
	clients = {
		{ name = "narrow", key_hash = keys.ci.hash,
			paths = { "/repos/octo-org/hello-world/**", "/repos/octo-org/old-name/**",
				"/orgs/octo-org" } },
		{ name = "all", key_hash = keys.bot.hash } } } }
local narrow = { Authorization = "Bearer " .. keys.ci.key }
local all = { Authorization = "Bearer " .. keys.bot.key }

local function id_of(path)
	return math.tointeger(hub:get(path, all):expect(200):json().id)
end
local hello = id_of("/repos/octo-org/hello-world")
local secret = id_of("/repos/octo-org/secret-plans")
local org, lab = id_of("/orgs/octo-org"), id_of("/orgs/octo-lab")

local function refused(path)
	hub:get(path, narrow):expect(403):expect_json { code = "path_not_allowed" }
end

hub:get("/repositories/" .. hello .. "/issues?page=2", narrow):expect(200)
hub:get("/repositories/" .. hello, narrow):expect(200)
hub:get("/api/v3/repositories/" .. hello .. "/labels", narrow):expect(200)
github:expect_requests(2, { target = "/repositories/" .. hello }) -- one of them hubgate's own
hub:get("/organizations/" .. org, narrow):expect(200)
refused("/organizations/" .. lab)

refused("/repositories/" .. secret)
refused("/repositories/" .. secret .. "/issues")
refused("/repositories/%3" .. tostring(secret):sub(1, 1) .. tostring(secret):sub(2))
github:expect_requests(1, { target = "/repositories/" .. secret })
github:expect_requests(0, { target = "/repositories/" .. secret .. "/issues" })
refused("/repositories/0" .. hello)
refused("/repositories/" .. hello .. "%2Fissues")
refused("/repositories/999999999")
refused("/repositories/999999999/issues")
github:expect_requests(1, { target = "/repositories/999999999" })

-- A repository's old name allows only that name: what it leads to is decided anew.
local moved = hub:get("/repos/octo-org/old-name", narrow):expect(301)
t.expect(moved:header("Location"):find("/repositories/" .. hello, 1, true), "a redirect to the ID")

-- After five minutes what an ID means is asked again: it may have moved.
t.clock:advance(301)
hub:get("/repositories/" .. hello .. "/labels", narrow):expect(200)
github:expect_requests(3, { target = "/repositories/" .. hello })

-- GitHub can not be asked: nobody is let in on a guess.
t.clock:advance(301)
github:script { path = "/repositories/" .. hello, status = 500, body = {}, times = 20 }
local waits = hub:send { path = "/repositories/" .. hello .. "/labels", headers = {
	Authorization = narrow.Authorization, ["X-Hubgate-Deadline"] = "20s" } }
for _ = 1, 30 do t.clock:advance(1) end
waits:expect(503):expect_json { code = "resource_unknown" }
