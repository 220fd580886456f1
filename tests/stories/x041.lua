-- x041: who must show a certificate is let in by one of the right authority only, and named by it.
local t = require "story"
local papers = require "story.papers"
local github = t.github()
local p = papers.new()
p:authority("stranger")
p:issue("build-7", "build-7")
p:issue("impostor", "build-7", nil, "stranger")
local hub = t.hub { upstream = github, config = {
	listeners = p:two_listeners { client_ca = p:path("ca.pem") } } }
local port = hub.ports[2]

local function with(name)
	return ("--cert %s.pem --key %s.key"):format(p:path(name), p:path(name))
end

local function status(more)
	return p:curl(port, "/repos/octo-org/hello-world", with("build-7") .. " " .. more).status
end

local PATH = "/repos/octo-org/hello-world"
for _, version in ipairs { "--tlsv1.2 --tls-max 1.2", "--tlsv1.3" } do
	t.expect(p:curl(port, PATH, version).code ~= 0, "let in without a certificate")
	t.expect(p:curl(port, PATH, version .. " " .. with("impostor")).code ~= 0,
		"let in with a stranger's certificate")
end
github:expect_requests(0)
local reply = p:curl(port, PATH, with("build-7"))
t.expect_equal(reply.status, 200, "the status (" .. reply.text .. ")")
-- A certificate speaks for itself: neither the Host nor a proxy's word makes it local or foreign.
t.expect_equal(status("-H 'Host: hub.example'"), 200, "another name of this machine")
t.expect_equal(status("-H 'Via: 1.1 proxy'"), 200, "a client's proxy")
t.expect_equal(status("-H 'Origin: https://evil.example'"), 403, "another site's page")
hub:eventually("the client's name in the log", function()
	return hub.daemon:stderr():find("client=cert:build-7", 1, true)
end)

-- Without being named by a key or a certificate nobody listens elsewhere.
t.no_start({ config = { listeners = { { bind = "0.0.0.0:0", tls = p:tls() } } } },
	"0.0.0.0:0 is not loopback")
t.no_start({ config = { listeners = { { bind = "127.0.0.1:0",
	tls = p:tls { key = p:path("build-7.key") } } } } }, "is not the key of")
