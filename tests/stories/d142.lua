-- d142: a key that no App can have, and an App that is not installed, are said and harm nobody.
local t = require "story"
local apps = require "story.app"
local told = require "story.events".new { "credential.*" }
local signer, ID = apps.new(), 4711
local github = t.github { app_id = ID }

local function app(key_file, installation)
	return { alias = "app", app_id = tostring(ID), app_installation = installation or 1,
		app_private_key = "${file:" .. key_file .. "}" }
end
local function key(name, command)
	local path = signer.folder .. "/" .. name
	assert(os.execute(command:format(path) .. " 2>/dev/null"))
	return path
end
local ec = key("ec.pem", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out %s")
local public = key("public.pem", "openssl rsa -pubout -in " .. signer.key_file .. " -out %s")
local text = key("text.pem", "echo 'not a key' >%s")
for path, why in pairs { [ec] = "is no RSA key", [public] = "is a public key",
	[text] = "app_private_key" } do
	t.no_start({ config = { credentials = { app(path) } } }, why)
end

-- a reload with one changes nothing
local hub = t.hub { upstream = github, clock = "held", plugins = told:beside() }
github:app { public_key = signer.public_key }
hub:get("/users/octocat"):expect(200)
local receipt = hub:reload { config = { credentials = { app(ec) } } }
t.expect(receipt.status ~= 200 and receipt.body:find("is no RSA key"), receipt.body)
hub:get("/users/hubot"):expect(200):expect_header("X-Hubgate-Credential", "main")

-- installed nowhere: it is said, the other of the pool is served by, and it is asked for again
local critical = { ["X-Hubgate-Priority"] = "critical" }
github:app { uninstall = "octo-org" }
github:app { uninstall = "octo-lab" }
hub:reload { config = { credentials = { app(signer.key_file, 987654),
	{ alias = "bot", token = "ghp_storyBot" } } } }:expect(200)
for n = 1, 10 do
	hub:get("/repos/octo-org/hello-world/issues/" .. n, critical):expect(200)
		:expect_header("X-Hubgate-Credential", "bot")
end
local event = told:next("credential.invalid")
t.expect_equal(event.credential, "app", "which")
t.expect(event.why:find("has no installation 987654", 1, true), event.why)
-- alone: 503
hub:reload { config = { credentials = { app(signer.key_file, 987655) } } }:expect(200)
told:next("credential.invalid")
hub:get("/users/monalisa", critical):expect(503):expect_json { code = "no_credential" }
local shown
for _, row in ipairs(hub:show("credentials")) do
	if row.alias == "app" and row.state ~= "replaced" then shown = row end
end
t.expect_equal(shown.state, "out", "its state")
t.expect(shown.asked_in_ms > 200000 and shown.asked_in_ms <= 330000, "asked in "
	.. shown.asked_in_ms)
local mints = #github:requests { method = "POST" }
t.clock:advance(250)
t.expect_equal(#github:requests { method = "POST" }, mints, "mints within five minutes")
