-- d132: an App's token is minted, refreshed before it ends, and what becomes of the App is said.
local t = require "story"
local apps = require "story.app"
local told = require "story.events".new { "credential.*" }
local signer, ID = apps.new(), 4711
local github = t.github { app_id = ID }
local hub = t.hub { upstream = github, clock = "held", plugins = told:beside() }
github:app { public_key = signer.public_key }
local installed = hub:get("/app/installations", { Authorization = "Bearer "
	.. signer:sign(ID, hub:show("clock").wall_us // 1000000) }):expect(200):json()
local own
for _, one in ipairs(installed) do
	if one.account.login == "octo-org" then own = math.tointeger(one.id) end
end
hub:reload { config = { credentials = { { alias = "app", app_id = tostring(ID),
	app_installation = own,
	app_private_key = "${file:" .. signer.key_file .. "}" } } } }:expect(200)

local mints = { method = "POST", target = ("/app/installations/%d/access_tokens"):format(own) }
local n = 0
local function ask()
	n = n + 1
	return hub:get_later("/repos/octo-org/hello-world/issues/" .. n,
		{ ["X-Hubgate-Priority"] = "critical" })
end
local function row()
	for _, one in ipairs(hub:show("credentials")) do
		if one.alias == "app" then return one end
	end
end

-- minted once, and what it may do is known from that
ask():wait():expect(200):expect_header("X-Hubgate-Credential", "app")
github:expect_requests(1, mints)
local shown = row()
t.expect_equal(shown.token, "GitHub App", "what it is")
t.expect_equal(shown.state, "good", "its state")
t.expect(shown.permissions:find("metadata=read"), shown.permissions)
t.expect(shown.asked_in_ms > 3290000 and shown.asked_in_ms <= 3300000, "asked in "
	.. shown.asked_in_ms)
t.expect(shown.expires and not shown.said, "no end, or a complaint")
t.clock:advance(3200)
ask():wait():expect(200)
github:expect_requests(1, mints)
-- refreshed 300 s before it ends, while clients are served
t.clock:advance(110)
ask():wait():expect(200)
github:expect_requests(2, mints)
t.expect(row().expires > shown.expires, "its end is the old one's")

-- suspended: what it has is no good any more, and the next one is refused
t.clock:advance(60)
github:app { suspend = "octo-org" }
for _ = 1, 3 do ask():wait():expect(503):expect_json { code = "no_credential" } end
github:expect_requests(1, { status = 403, target = "/repos/octo-org/hello-world/issues/4" })
local event = told:next("credential.invalid")
t.expect_equal(event.credential, "app", "which it is")
t.expect(event.why:find("suspended"), event.why)
shown = row()
t.expect_equal(shown.state, "out", "its state")
t.expect(shown.said:find("suspended"), shown.said)
t.expect(not shown.expires, "a token that is none ends")

github:app { restore = "octo-org" }
t.clock:advance(340)
told:next("credential.recovered")
ask():wait():expect(200)
t.expect_equal(row().state, "good", "its state")
-- what is off is named
github:app { permissions = { actions = "read", metadata = "read" } }
t.clock:advance(3310)
ask():wait()
shown = row()
t.expect(shown.off:find("starting, cancelling and re-running workflow runs (needs actions=write)",
	1, true), shown.off)
