-- p008: SIGHUP reads the configuration anew.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

hub:get("/repos/octo-org/hello-world"):expect(200)
hub:write_config { upstream = github, plugins = { { use = "cache", ttl_repositories = "10s" } } }
hub.daemon:signal("HUP")
hub:eventually("the plugin list to change", function() return #hub:show("plugins") == 2 end)
t.clock:advance(11)
hub:get("/repos/octo-org/hello-world"):expect(200):expect_match("Cache-Status", "fwd=stale")
