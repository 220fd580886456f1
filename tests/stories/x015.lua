-- x015: what only belongs between client and hubgate does not reach GitHub.
local t = require "story"
local upstream = t.upstream()
local hub = t.hub { upstream = upstream.url, token = "ghp_ownStoryOwnStoryOwnStoryOwnStoryOwn0" }

local reader = hub:send { path = "/users/octocat?a=b", headers = {
	Cookie = "a=b", Connection = "keep-alive, X-Hop", ["X-Hop"] = "1", TE = "trailers",
	["X-Hubgate-Priority"] = "high", ["X-Strange"] = "1", ["User-Agent"] = "story",
	Accept = "application/vnd.github+json", ["X-GitHub-Api-Version"] = "2022-11-28" } }
local server = upstream:accept()
local head = server:read_request():lower()
server:send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
reader:expect(200)
for _, name in ipairs { "cookie", "x-hop", "te", "x-hubgate-priority", "x-strange",
	"keep-alive" } do
	t.expect(not head:find("\n" .. name .. ":", 1, true), name .. " went to GitHub:\n" .. head)
end
t.expect(head:find("^get /users/octocat%?a=b http/1.1\r\n"), "the request line is not it: " .. head)
t.expect(head:find("\naccept: application/vnd.github+json\r", 1, true), "Accept did not arrive")
t.expect(head:find("\nx-github-api-version: 2022-11-28\r", 1, true), "no version arrived")
t.expect(head:find("\nuser-agent: hubgate/", 1, true), "the User-Agent is not hubgate's")
t.expect(head:find("\nauthorization: [^\r]*ghp_ownstory"), "the own token did not arrive")
server:close()
