-- d213: a token that GitHub does not know everywhere yet is not taken for dead.
-- P13 of GitHub's pitfalls: a 401 within seconds of a new token.
local t = require "story"
local apps = require "story.app"
local signer, ID = apps.new(), 4711
local github = t.github { app_id = ID, odd = { "late_tokens" }, lag = "5s" }
local hub = t.hub { upstream = github, clock = "held" }

github:app { public_key = signer.public_key }
local app = { Authorization = "Bearer "
	.. signer:sign(ID, hub:show("clock").wall_us // 1000000) }
local id = hub:get("/app/installations", app):expect(200):json()[1].id
local made = hub:post(("/app/installations/%d/access_tokens"):format(id), {}, app):expect(201)
local minted = { Authorization = "Bearer " .. made:json().token }
local path = "/installation/repositories"
hub:get(path, minted):expect(401)
t.clock:advance(6)
hub:get(path, minted):expect(200)
-- nor is the gateway's own blamed for it
hub:get("/repos/octo-org/hello-world"):expect(200)

-- minted by the gateway itself: the client waits a moment, and one token is enough
local mints = { target = ("/app/installations/%d/access_tokens"):format(id) }
local before = #github:requests(mints)
hub:reload { config = { credentials = { { alias = "app", app_id = tostring(ID),
	app_installation = math.tointeger(id),
	app_private_key = "${file:" .. signer.key_file .. "}" } } } }:expect(200)
local reader = hub:get_later(path)
for _ = 1, 10 do t.clock:advance(1) end
reader:expect(200)
github:expect_requests(before + 1, mints)
hub:get("/repos/octo-org/hello-world/issues/1"):expect(200)
github:expect_requests(before + 1, mints)
