-- c024: a 304 for one version is not merged with another that came in the meantime: GitHub is asked
-- once more, and the client notices nothing.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local path = "/repos/octo-org/hello-world/issues/7"
local function next_is(n, status, delay_ms)
	github:script { path = path, status = status, delay_ms = delay_ms,
		headers = { ETag = '"' .. n .. '"' }, body = status == 200 and "body " .. n or "" }
end

-- the same request, its fields in another order on the wire: not the same flight
local one = { ["Accept"] = "application/json", ["Accept-Language"] = "en" }
local another = { ["accept"] = "application/json", ["Accept-Language"] = "en" }

next_is(1, 200)
hub:get(path, one):expect(200):expect_body("body 1")
next_is(1, 304, 5000)
local slow = hub:get_later(path, one)
next_is(2, 200)
hub:get(path, another):expect(200):expect_body("body 2")
next_is(2, 200)
t.clock:advance(5)
slow:expect(200):expect_body("body 2") -- asked for once more, without a tag
github:expect_requests(2, { target = path, status = 200, if_none_match = "" })

-- the newer one is whole: its tag is asked for and confirmed
next_is(2, 304)
hub:get(path, one):expect(200):expect_body("body 2")
github:expect_requests(1, { target = path, if_none_match = '"2"', status = 304 })

-- a server that confirms what nobody asked about is not believed, and not asked for ever
t.clock:advance(3600)
next_is(2, 304, 5000)
local lost = hub:get_later(path, one)
next_is(3, 200)
hub:get(path, another):expect(200):expect_body("body 3")
next_is(4, 304)
t.clock:advance(5)
lost:expect(502):expect_json { code = "upstream_failed" }
