-- p031: a streamed reply stops for a slow client and goes on, and ends when the client leaves.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "stream" } }

local reply = hub:get("/stream/4"):expect(200)
t.expect_equal(#reply.body, 4 * 16384, "the length")

-- 64 MiB do not fit between hubgate and a client that does not read
local slow = hub:send { path = "/stream/4096" }
hub:eventually("the stream to be held", function()
	return hub:show("stream/state").held == 1
end)
t.expect_equal(#slow:wait().body, 4096 * 16384, "the length of the slow one")
t.expect(hub:show("stream/state").drains > 0, "it was never held up")

local leaver = hub:send { path = "/stream/65536" }
hub:eventually("the stream to begin", function() return hub:show("stream/state").open == 1 end)
leaver:leave()
hub:eventually("the stream to be over", function()
	local state = hub:show("stream/state")
	return state.open == 0 and state.gone == 3
end)
