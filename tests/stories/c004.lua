-- c004: a change at GitHub is seen by the next read of what is asked about each time.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local path = "/repos/octo-org/hello-world/issues/7"
local before = hub:get(path):expect(200):json().title
github:touch { repo = "octo-org/hello-world", issue = 7 }
local after = hub:get(path):expect(200):expect_match("Cache-Status", "fwd%-status=200")
t.expect(after:json().title ~= before, "the old title came again")
