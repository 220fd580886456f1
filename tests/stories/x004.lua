-- x004: bytes that two parsers might read differently are refused, and nothing is read behind them.
local t = require "story"
local malformed = require "story.malformed"
local github = t.github()
local hub = t.hub { upstream = github }

for _, row in ipairs(malformed.rows) do
	local status, bytes = row[1], row[2]
	local conn = hub:raw(bytes .. malformed.SMUGGLED)
	local head = conn:read_head()
	if head.status ~= status then
		t.expect(false, ("expected %d, got %d for %q"):format(status, head.status, bytes))
	end
	conn:read_body(head, "GET")
	t.expect(conn:wait_closed(), ("no close after %q"):format(bytes))
	t.expect(conn.buffer == "", ("a second answer to %q: %q"):format(bytes, conn.buffer))
end
github:expect_requests(0)
