-- p006: a broken configuration changes nothing, and says where it is wrong.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/hello-world"):expect(200)
local refused = hub:reload("version: 1\nplugins:\n- use: cache\n  max_bites: 1MiB\n")
t.expect(refused.status >= 400, "a broken configuration was taken")
t.expect(refused.body:find("max_bytes", 1, true), "did not say what was meant: " .. refused.body)
t.expect(refused.body:find("4", 1, true), "did not say where: " .. refused.body)
hub:get("/repos/octo-org/hello-world"):expect(200):expect_match("Cache-Status", "hit")
hub:get("/metrics"):expect(200)
hub:reload {}:expect(200)
