-- x011: a client that leaves in the middle of its body sends GitHub nothing.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

for _ = 1, 5 do
	hub:raw("POST /repos/octo-org/hello-world/issues HTTP/1.1\r\nHost: localhost\r\n" ..
		"Content-Length: 20\r\n\r\n{\"title\":"):close()
end
hub:eventually("the requests to be over", function() return #hub:show("requests") == 0 end)
hub:get("/repos/octo-org/hello-world"):expect(200)
github:expect_requests(1)
