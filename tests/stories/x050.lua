-- x050: each malformed row of the parser's table gets its answer, in the clear and over TLS, and
-- nothing behind it is read.
local t = require "story"
local papers = require "story.papers"
local rows = require "story.rows"
local malformed = require "story.malformed"
local github = t.github()
local p = papers.new()
local hub = t.hub { upstream = github, config = { listeners = p:two_listeners() } }

local bad = rows.bad()
t.expect(#bad > 190, "the table has only " .. #bad .. " malformed rows")

-- One answer, of that status, and then nothing.
local function expect_answer(row, said, how)
	local status = said:match("^HTTP/1.1 (%d+)")
	if status ~= tostring(row.status) or select(2, said:gsub("HTTP/1.1 %d", "")) ~= 1 then
		t.expect(false, ("%s, %s: expected %d for %q, got %q"):format(row.name, how,
			row.status, row.bytes, said))
	end
end

local sent = {}
for i, row in ipairs(bad) do
	sent[i] = row.bytes .. malformed.SMUGGLED
	local conn = hub:raw(sent[i])
	t.expect(conn:wait_closed(), ("no close after %q"):format(row.bytes))
	expect_answer(row, conn.buffer, "in the clear")
end
for i, said in ipairs(p:say_each(hub.ports[2], sent)) do
	expect_answer(bad[i], said, "over TLS")
end
github:expect_requests(0)
