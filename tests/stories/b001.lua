-- b001: a read passes through, and comes back as GitHub sent it.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local direct = github:get("/repos/octo-org/hello-world", { ["User-Agent"] = "story" })
local through = hub:get("/repos/octo-org/hello-world")
through:expect(200):expect_json { full_name = "octo-org/hello-world" }
t.expect_equal(through:json().id, direct:json().id, "the repository's id")
through:expect_header("Content-Type", direct:header("Content-Type"))
