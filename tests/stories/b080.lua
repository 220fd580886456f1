-- b080: `hubgate status` says on one screen how a hub is, and what is wrong with it.
local t = require "story"
local github = t.github { limit = 50, reset_after_s = 600 }
local hub = t.hub { upstream = github, clock = "held" }

local function says(words)
	local text = hub:command { "status" }
	t.expect(text:find(words, 1, true), "status does not say “" .. words .. "”:\n" .. text)
end

says("ready  pid ")
says("up 0ms")
says("reload     none since the start")
says("upstreams  main  untried")
says("budgets    GitHub was not asked yet; strategy adaptive")
says("warnings   none")

for _ = 1, 3 do hub:get("/repos/octo-org/hello-world"):expect(200) end
t.clock:advance(1)
says("budgets    main       core       1/50 used, reset in 9min 59s, adaptive")
says("0 under way, 0.5/s")
says("cache      hit 66.7%  hits 2  misses 1")
says("upstreams  main  up, 0 on the wire")

for _ = 1, 3 do github:script { path = "/user", times = 1, close = true } end
hub:post("/user", "{}", { ["Content-Type"] = "application/json" }):expect(502)
says("upstreams  main  failing for 0ms: GitHub could not be reached")

hub:reload { config = { http = { max_batch = 7 } } }:expect(200)
says("config     generation 2, loaded ")
says("reload     done at ")
hub:reload { config = { http = { max_batch = 0 } } }:expect(409)
says("config     generation 2, loaded ")
says("reload     FAILED at ")

for line in hub:command({ "status" }):gmatch("[^\n]*\n") do
	t.expect(utf8.len(line) <= 81, "too wide: " .. line)
end

hub:term()
local text = hub:command({ "status" }, 1)
t.expect(text:find("is hubgate running?", 1, true), text)
text = hub:command({ "status", "--json" }, 1)
t.expect(text:find('{"running":false}', 1, true), text)
