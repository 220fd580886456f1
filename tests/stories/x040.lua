-- x040: what is malformed in the clear is malformed over TLS, and nothing is read behind it.
local t = require "story"
local papers = require "story.papers"
local malformed = require "story.malformed"
local github = t.github()
local p = papers.new()
local hub = t.hub { upstream = github, config = { listeners = p:two_listeners() } }

-- What two answers to the same bytes may differ in.
local function settle(text)
	return (text:gsub("\r\nX%-Request%-Id: [^\r]*", ""):gsub("\r\nDate: [^\r]*", "")
		:gsub('"request_id":"[^"]*"', ""))
end

for _, row in ipairs(malformed.rows) do
	local status, bytes = row[1], row[2]
	local sealed = p:say(hub.ports[2], bytes .. malformed.SMUGGLED)
	if sealed:match("^HTTP/1.1 (%d+)") ~= tostring(status) then
		t.expect(false, ("expected %d for %q, got %q"):format(status, bytes, sealed))
	end
	local conn = hub:raw(bytes .. malformed.SMUGGLED)
	t.expect(conn:wait_closed(), ("no close after %q"):format(bytes))
	t.expect_equal(settle(sealed), settle(conn.buffer), ("the answer to %q"):format(bytes))
end
github:expect_requests(0)
