-- c101: where GitHub's tags do not follow the model no tag is computed for a while.
local t = require "story"
local github = t.github { etags = "opaque" }
local hub = t.hub { upstream = github, clock = "held",
	plugins = { "metrics", { use = "cache", model_rest = "30min" }, "ratelimit" } }

local path = "/repos/octo-org/hello-world/issues/7"
local n = 0
local function ask(has_tag)
	n = n + 1
	hub:get(path, { Authorization = ("Bearer ghp_story%031d"):format(n) }):expect(200)
		:expect_match("Cache-Status", "uri%-miss; fwd%-status=200")
	local asked = github:requests { target = path }
	t.expect_equal(#asked, n, "requests")
	local tag = asked[n].if_none_match
	t.expect_equal(tag ~= nil and tag ~= "", has_tag, "whether a tag was asked with, by " .. n)
end
local function mismatches()
	return tonumber(hub:get("/metrics").body:match("\nhubgate_etag_model_mismatch_total (%d+)"))
end

ask(false)
for _ = 1, 3 do ask(true) end
t.expect_equal(mismatches(), 3, "mismatches")
ask(false)
t.clock:advance(1801)
ask(true)
t.expect_equal(mismatches(), 4, "mismatches, after the rest")

-- the pool's own copies are asked about with the tag that GitHub gave
hub:get("/repos/octo-org/hello-world/issues/8"):expect(200)
hub:get("/repos/octo-org/hello-world/issues/8"):expect(200)
	:expect_match("Cache-Status", "fwd=stale; fwd%-status=304")
