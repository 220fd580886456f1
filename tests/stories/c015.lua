-- c015: ETags that nobody can compute are asked for as well.
local t = require "story"
local github = t.github { etags = "opaque" }
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world/issues/7"
local first = hub:get(path):expect(200)
hub:get(path):expect(200):expect_body(first.body):expect_match("Cache-Status", "fwd%-status=304")
github:expect_spent(1)
