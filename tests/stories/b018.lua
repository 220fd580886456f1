-- b018: a chunked body arrives whole, whatever its pieces were.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local conn = hub:connect()
conn:send("POST /repos/octo-org/hello-world/issues HTTP/1.1\r\nHost: localhost\r\n" ..
	"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
for piece in ('{"title":"In pieces"}'):gmatch("..?.?") do
	conn:send(("%x;ext=1\r\n%s\r\n"):format(#piece, piece))
end
conn:send("0\r\nX-Checksum: dropped\r\n\r\n")
local head = conn:read_head()
t.expect_equal(head.status, 201, "the status")
local issue = t.json.decode(conn:read_body(head, "POST"))
t.expect_equal(issue.title, "In pieces", "the title")
