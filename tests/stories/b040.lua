-- b040: over TLS clients get what they get in the clear, with links that lead back over TLS.
local t = require "story"
local papers = require "story.papers"
local github = t.github()
local p = papers.new()
local hub = t.hub { upstream = github, config = { listeners = p:two_listeners() } }
local plain, sealed = hub.ports[1], hub.ports[2]

local first = p:curl(sealed, "/repos/octo-org/hello-world")
t.expect_equal(first.status, 200, "the status (" .. first.text .. ")")
t.expect(first.text:find("Cache%-Status: hubgate; fwd=uri%-miss"), first.text)
local body = first.text:match("\r\n\r\n(.*)$")
t.expect(body:find('"full_name"', 1, true), "the body is not the repository's: " .. body)

local again = p:curl(sealed, "/repos/octo-org/hello-world", "--tlsv1.2 --tls-max 1.2")
t.expect(again.text:find("Cache%-Status: hubgate; hit"), again.text)
t.expect_equal(again.text:match("\r\n\r\n(.*)$"), body, "the body over TLS 1.2")
t.expect_equal(p:curl(sealed, "/repos/octo-org/hello-world", "-I").status, 200, "HEAD")

local page = p:curl(sealed, "/repos/octo-org/hello-world/issues?per_page=1")
local link = page.text:match("[Ll]ink: <([^>]*)>")
t.expect(link, "no Link: " .. page.text)
t.expect_equal(link:match("^https://localhost:%d+/"), "https://localhost:" .. sealed .. "/",
	"where the link leads")
local far = p:curl(sealed, link:match("^https://localhost:%d+(/.*)$"))
t.expect_equal(far.status, 200, "the linked page")
local clear = hub:get("/repos/octo-org/hello-world/issues?per_page=1"):expect(200)
t.expect(clear:header("Link"):find("<http://localhost:" .. plain .. "/", 1, true),
	"the link in the clear: " .. clear:header("Link"))

t.expect(p:curl(plain, "/").code ~= 0, "TLS was spoken on a listener without it")
