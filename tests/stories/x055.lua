-- x055: a request to another host than the one before it has nothing of its settings: what must go
-- by the proxy does.
local t = require "story"
local github = t.github()
t.hub { upstream = github }
local proxy = t.upstream()
local hub = t.hub { upstream = t.github(), config = { dispatch = { retries = 0 }, upstreams = { {
	name = "ghes", prefix = "/ghes", base_url = github.url,
	graphql_url = "https://127.0.0.2:9/graphql", proxy = proxy.url } } } }

-- its API is on this machine, so it is asked directly; its GraphQL is elsewhere
hub:get("/ghes/repos/octo-org/hello-world"):expect(200)
local reader = hub:get_later("/ghes/api/graphql")
local peer = proxy:accept()
t.expect_equal(peer:read_request():match("^%S+ %S+"), "CONNECT 127.0.0.2:9",
	"what the proxy was asked")
peer:send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
peer:close()
reader:expect(502)
hub:get("/ghes/repos/octo-org/hello-world/issues"):expect(200)
github:expect_requests(2)
