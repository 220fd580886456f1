-- p006: a broken configuration changes nothing, and says where it is wrong.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/hello-world"):expect(200)
local refused = hub:reload { plugins = { { use = "cache", max_bites = "1MiB" } } }
t.expect(refused.status >= 400, "a broken configuration was taken")
t.expect(refused.body:find("max_bytes", 1, true), "did not say what was meant: " .. refused.body)
local fault = refused:json().errors[1]
t.expect_equal(fault.line, 1, "the line of the mistake") -- the harness writes one line of JSON
t.expect(fault.column > 1, "did not say where: " .. refused.body)
hub:get("/repos/octo-org/hello-world"):expect(200):expect_match("Cache-Status", "hit")
hub:get("/metrics"):expect(200)
hub:reload {}:expect(200)
