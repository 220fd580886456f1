-- b041: a renewed certificate is shown within half a minute, and at once after a reload; files that
-- do not fit each other change nothing.
local t = require "story"
local papers = require "story.papers"
local github = t.github()
local p = papers.new()
local config = { listeners = p:two_listeners() }
local hub = t.hub { upstream = github, clock = "held", config = config }
local port = hub.ports[2]

local first = p:serial(port)
t.clock:advance(31)
t.expect_equal(p:serial(port), first, "the certificate of untouched files")
p:issue("server", "localhost", "DNS:localhost,IP:127.0.0.1")
t.expect_equal(p:serial(port), first, "the certificate before anybody looked")
t.clock:advance(31)
local second = p:serial(port)
t.expect(second ~= first, "the new certificate is not shown")

p:issue("server", "localhost", "DNS:localhost,IP:127.0.0.1")
hub:reload { upstream = github, config = config }
local third = p:serial(port)
t.expect(third ~= second, "a reload does not load the certificate")

p:issue("other", "localhost", "DNS:localhost")
os.execute("cp " .. p:path("other.pem") .. " " .. p:path("server.pem"))
t.clock:advance(31)
t.expect_equal(p:serial(port), third, "the certificate while its key is another's")
t.expect(hub.daemon:stderr():find("certificate not renewed", 1, true), "nobody said so")
t.expect_equal(p:curl(port, "/livez").status, 200, "a client meanwhile")
