-- p032: a plugin's timer follows the clock: one event a second, and none after the client left.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", plugins = { "stream" } }

local conn = hub:connect()
conn:send("GET /ticks/3 HTTP/1.1\r\nHost: localhost\r\n\r\n")
hub:eventually("it to begin", function() return hub:show("stream/state").open == 1 end)
t.clock:advance(0.9)
t.expect_equal(hub:show("stream/state").ticks, 0, "the ticks before their time")
t.clock:advance(0.2)
t.expect_equal(hub:show("stream/state").ticks, 1, "the ticks")
t.clock:advance(10)
local head = conn:read_head()
t.expect_equal(head.status, 200, "the status")
local body = conn:read_body(head, "GET")
local events = ""
for n = 1, 3 do events = events .. ("id: %d\ndata: tick\n\n"):format(n) end
t.expect_equal(body, events, "the events")

local leaver = hub:send { path = "/ticks/100" }
hub:eventually("it to begin", function() return hub:show("stream/state").open == 1 end)
t.clock:advance(5)
leaver:leave()
hub:eventually("it to be over", function() return hub:show("stream/state").open == 0 end)
local before = hub:show("stream/state").ticks
t.clock:advance(20)
t.expect_equal(hub:show("stream/state").ticks, before, "the ticks for nobody")
