-- p091: a receiver whose certificate nobody vouches for gets no event; with its authority it does.
local t = require "story"
local papers = require "story.papers"
local p = papers.new()
p:authority("stranger")
local listeners = p:two_listeners()
local how = { upstream = t.github(), clock = "held", plugins = { "bus", "metrics" },
	config = { listeners = listeners } }
local hub = t.hub(how)

-- The receiver is hubgate itself: what it answers to a POST does not matter here.
local function sink(name, authority)
	return { use = "sink-http", name = name, patterns = { "test.*" },
		url = "https://localhost:" .. hub.ports[2] .. "/livez", ca_file = p:path(authority) }
end
hub:reload { plugins = { "bus", "metrics", sink("trusts", "ca.pem"),
	sink("doubts", "stranger.pem") } }:expect(200)
hub:admin("POST", "/bus/say?topic=test.a&n=1"):expect(200)

local function posts(words)
	hub:eventually(words, function()
		local page = hub:get("/metrics").body
		return page:find("hubgate_sink_http_posts_total" .. words, 1, true)
	end)
end
posts '{instance="trusts",status="4xx"} 1'
posts '{instance="doubts",status="none"} 1'
t.expect(hub:show("doubts/state").why:find("certificate"), hub:show("doubts/state").why)
t.expect_equal(hub:show("doubts/state").waiting, 1, "what waits for the one")
t.expect_equal(hub:show("trusts/state").waiting, 0, "what waits for the other")
