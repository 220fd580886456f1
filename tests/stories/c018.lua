-- c018: a flush forgets every copy.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/hello-world"):expect(200)
t.expect_equal(hub:admin("GET", "/show/cache/state"):expect(200):json().entries, 1, "entries")
hub:admin("POST", "/cache/flush"):expect(200)
hub:get("/repos/octo-org/hello-world"):expect(200):expect_match("Cache-Status", "fwd=uri%-miss")
github:expect_requests(2)
