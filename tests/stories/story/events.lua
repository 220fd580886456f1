-- events - who hears of what the hub tells: a receiver, played by the story, for sink-http.
--
--     local events = require "story.events".new { "credential.*" }
--     local hub = t.hub { upstream = github, clock = "held", plugins = events:beside() }
--     …
--     local told = events:next("credential.invalid")       told.credential == "one"
--
-- Each is answered 200 when it is asked for; those that nobody asks for wait. The signature of each
-- is verified with openssl.
local daemon = require "story.daemon"
local http = require "story.http"
local json = require "story.json"
local report = require "story.report"

local M = {}
local Events = {}
Events.__index = Events

local SECRET = "It's a Secret to Everybody"

function M.new(patterns)
	local place = http.listen()
	local e = setmetatable({ listens = place, folder = daemon.folder() }, Events)
	report.at_end(function()
		place.sock:close()
		os.execute("rm -rf '" .. e.folder .. "'")
	end)
	e.plugin = { use = "sink-http", url = ("http://127.0.0.1:%d/hook"):format(place.port),
		patterns = patterns, secret = SECRET }
	return e
end

-- The plugins of every story, and the one that tells it; `others` instead of these.
function Events:beside(others)
	local list = { table.unpack(others or { "metrics", "cache", "ratelimit" }) }
	list[#list + 1] = self.plugin
	return list
end

local function verify(self, head, body)
	local file = assert(io.open(self.folder .. "/body", "wb"))
	file:write(body)
	file:close()
	local pipe = assert(io.popen(('openssl dgst -sha256 -hmac "%s" %s/body'):format(SECRET,
		self.folder)))
	local wanted = pipe:read("a"):match("(%x+)%s*$")
	pipe:close()
	local said = head:match("\r\nX%-Hub%-Signature%-256: sha256=(%x+)\r\n")
	report.count()
	if not wanted or said ~= wanted then
		report.fail(("the signature is %s, not %s"):format(said, wanted))
	end
end

local function take(self)
	local server = self.listens:accept()
	local head = server:read_request()
	local n = tonumber(head:match("\r\nContent%-Length: (%d+)"))
	while #server.buffer < n do
		if server:fill(20) ~= true then report.fail("an event was cut") end
	end
	local body = server.buffer:sub(1, n)
	server:send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	server:close()
	verify(self, head, body)
	return json.decode(body), head, body
end

-- The next one, which must be of one of these topics: its members, the topic, the POST's head.
function Events:next_of(topics)
	local got, head, body = take(self)
	report.count()
	for _, topic in ipairs(topics) do
		if got.topic == topic then return got.event, topic, head end
	end
	report.fail(("expected %s to be told, got %s"):format(table.concat(topics, " or "), body))
end

function Events:next(topic)
	return self:next_of { topic }
end

return M
