-- d006: a write that may have been executed is never repeated.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

github:script { method = "POST", path = "*/issues", close = true, times = 5 }
local writer = hub:post_later("/repos/octo-org/hello-world/issues", { title = "Once" })
t.clock:advance(40)
writer:expect(502)
github:expect_requests(1)
