-- d210: a bucket by the minute that is empty waits for its minute, and core goes on meanwhile.
-- P10 of GitHub's pitfalls: buckets by the minute beside core.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { deadline = "5min" } } }

local critical = { ["X-Hubgate-Priority"] = "critical" }
local function search(what, n) return "/search/" .. what .. "?q=story+" .. n end

-- 30 a minute, 10 of code: all of them at once, the next ones wait, and nobody is refused
for n = 1, 30 do hub:get(search("issues", n), critical):expect(200) end
for n = 1, 10 do hub:get(search("code", n), critical):expect(200) end
local issues = hub:get_later(search("issues", 31), critical)
local code = hub:get_later(search("code", 11), critical)
for n = 1, 5 do hub:get("/repos/octo-org/hello-world/issues/" .. n):expect(200) end
t.clock:advance(30)
issues:expect_pending()
code:expect_pending()
t.clock:advance(33)
issues:expect(200)
code:expect(200)
github:expect_refused(0)

-- somebody else has spent the minute: one refusal tells, which says nothing of the other buckets
t.clock:advance(120)
github:limit { resource = "code_search", remaining = 0, reset_in_s = 60 }
local waits = hub:get_later(search("code", 12), critical)
hub:eventually("the refusal to be known", function()
	return hub:show("tickets")[1].state == "parked"
end)
hub:get(search("issues", 40), critical):expect(200)
hub:get("/repos/octo-org/hello-world/issues/40", critical):expect(200)
waits:expect_pending()
t.clock:advance(64)
waits:expect(200)
github:expect_refused(1, "primary")
