-- d214: an App behind the gateway learns GitHub's clock from a refusal's Date, and signs by it.
-- P14 of GitHub's pitfalls: the clock that a JWT is signed by.
local t = require "story"
local apps = require "story.app"
local app = apps.new()
local ID = 4711
local github = t.github { app_id = ID }
local hub = t.hub { upstream = github, clock = "held" }
github:app { public_key = app.public_key }

local function ask(now_s)
	return hub:get("/app", { Authorization = "Bearer " .. app:sign(ID, now_s) })
end
local own_s = hub:show("clock").wall_us // 1000000
ask(own_s):expect(200):expect_json { id = ID }

-- behind: what was issued just now is from the future; ahead: it has ended
for _, skew_s in ipairs { -90, 1200 } do
	github:odd { "clock_skew", skew_s = skew_s }
	local refused = ask(own_s):expect(401)
	local theirs_s = apps.seconds(refused:header("Date"))
	t.expect_equal(theirs_s, own_s + skew_s, "GitHub's clock")
	ask(theirs_s):expect(200):expect_json { id = ID }
end

-- whose clock the resets are told by, too: behind ours, they seem to have passed
github:odd { "clock_skew", skew_s = -90 }
github:limit { limit = 3, remaining = 3, reset_in_s = 60 }
local critical = { ["X-Hubgate-Priority"] = "critical", ["X-Hubgate-Deadline"] = "300" }
for n = 1, 3 do
	hub:get("/repos/octo-org/hello-world/issues/" .. n, critical):expect(200)
end
local waits = hub:get_later("/repos/octo-org/hello-world/issues/4", critical)
t.clock:advance(58)
waits:expect_pending()
t.clock:advance(6)
waits:expect(200)
github:expect_refused(0)

-- and an App of the gateway's own signs by GitHub's clock
t.clock:advance(100)
for _, skew_s in ipairs { -90, 1200 } do
	github:odd {}
	local installed = hub:get("/app/installations", { Authorization = "Bearer "
		.. app:sign(ID, hub:show("clock").wall_us // 1000000) }):expect(200):json()
	github:odd { "clock_skew", skew_s = skew_s }
	hub:reload { config = { credentials = { { alias = "app" .. skew_s, app_id = tostring(ID),
		app_installation = math.tointeger(installed[1].id),
		app_private_key = "${file:" .. app.key_file .. "}" } } } }:expect(200)
	local mints = { method = "POST" }
	local before = #github:requests(mints)
	local reader = hub:get_later("/installation/repositories")
	for _ = 1, 5 do t.clock:advance(1) end
	reader:expect(200)
	local n = #github:requests(mints) - before
	t.expect(n <= 2, n .. " tokens were asked for")
end
