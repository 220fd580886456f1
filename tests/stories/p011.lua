-- p011: a port that is taken is said, with exit 1.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

-- another's: hubgate's own sockets share a port among its fronts
local port = t.busy_port()
t.no_start({ config = { listeners = { { bind = "127.0.0.1:" .. port } } } }, "in use")
hub:get("/repos/octo-org/hello-world"):expect(200)
