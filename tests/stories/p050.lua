-- p050: an optional plugin that keeps failing is left out for a while, and /readyz says so.
local t = require "story"
local github = t.github()
local hub = t.hub {
	upstream = github, clock = "held",
	plugins = {
		{ use = "phases", name = "sluggish", optional = "yes" },
		{ use = "phases", name = "needed" },
	},
	config = { hooks = { stuck = "1ms", failures = 3, within = "1min", out_for = "5min" } },
}

-- whoever guards a door with it is told
local words = "plugins[0]: is optional and has a say in ADMIT"
t.expect(hub.daemon:stderr():find(words, 1, true), "no warning of an optional guard")
t.expect(not hub.daemon:stderr():find("plugins[1]: is optional", 1, true), "a needless warning")

local function hold() hub:get("/users/octocat", { ["X-Test-Hold-Ms"] = "3" }):expect(200) end
local function admitted(name) return hub:show(name .. "/state").admit end
local function state_of(name)
	for _, plugin in ipairs(hub:show("plugins")) do
		if plugin.name == name then return plugin end
	end
end

-- one that began before it was taken out goes on with it to its end
github:script { path = "/users/monalisa", delay_ms = 2000 }
local early = hub:get_later("/users/monalisa")
hold()
hold()
t.expect_equal(state_of("sluggish").state, "in", "state after two failures")
t.expect_equal(hub:get("/readyz"):expect(200):json().degraded, nil, "degraded")
hold()
t.clock:advance(1)
t.expect_equal(state_of("sluggish").state, "taken out", "state after three")
t.expect_equal(state_of("sluggish").failures, 3, "failures")
local degraded = hub:get("/readyz"):expect(200):json().degraded
t.expect_equal(#degraded, 1, "reasons")
words = "plugin sluggish is left out, it kept failing: on_admit held its loop"
t.expect(degraded[1]:find(words, 1, true) == 1, degraded[1])

local before = admitted("sluggish")
hub:get("/users/octocat"):expect(200):expect_header("X-Test-Head", "needed")
t.expect_equal(admitted("sluggish"), before, "requests that it met while it was out")
t.clock:advance(1)
early:expect(200):expect_header("X-Test-Head", "needed")
hub:eventually("it to see DONE of all of which it saw ADMIT", function()
	return hub:show("sluggish/state").open == 0
end)

-- who is needed fails as often and stays
hold()
hold()
t.expect_equal(state_of("needed").state, "in", "state of a plugin that is not optional")
t.expect_equal(state_of("needed").failures, 5, "its failures")

t.clock:advance(300)
t.expect_equal(state_of("sluggish").state, "in", "state after five minutes")
hub:get("/users/octocat"):expect(200)
t.expect_equal(admitted("sluggish"), before + 1, "requests that it met when it was back")
t.expect_equal(hub:get("/readyz"):expect(200):json().degraded, nil, "degraded at last")
