-- d025: a request that asks for another strategy is paced by it, and holds nobody else up.
local t = require "story"
local github = t.github { limit = 5000, reset_after_s = 3600 }
local hub = t.hub { upstream = github, clock = "held",
	config = { dispatch = { strategy = "conservative" } } }
local n = 0
local function path()
	n = n + 1
	return "/repos/octo-org/hello-world/issues/" .. n
end
local function by(strategy) return { ["X-Hubgate-Strategy"] = strategy } end

for _ = 1, 11 do hub:get(path()):expect(200) end -- the burst of 10, and the one above it
local paced = hub:get_later(path())
local paced_too = hub:get_later(path(), by("reckless")) -- not understood: the one in force
paced:expect_pending()
hub:get(path(), by("aggressive")):expect(200)
hub:get(path(), by("adaptive")):expect(200)
paced:expect_pending()
paced_too:expect_pending()
t.clock:advance(2); paced:expect(200)
t.clock:advance(2); paced_too:expect(200)

-- and one that asks to be slower than the others are
hub:put("/api/github/strategy", '{"strategy":"aggressive"}'):expect(200)
hub:get(path(), by("conservative")):expect(200) -- above its curve: the next one an interval later
local slow = hub:get_later(path(), by("conservative"))
hub:get(path()):expect(200)
slow:expect_pending()
t.clock:advance(2); slow:expect(200)
