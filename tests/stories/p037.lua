-- p037: a plugin's own check and a start that fails are one line that names them, and exit 1.
local t = require "story"

t.no_start({ plugins = { { use = "strict", low = 5, high = 3 } } }, "low (5) is above high (3)")
t.no_start({ plugins = { { use = "strict", broken = true } } },
	"the disk that does not exist is not there")

local github = t.github()
local hub = t.hub { upstream = github, plugins = { { use = "strict", low = 3, high = 3 } } }
local reply = hub:reload { plugins = { { use = "strict", low = 9, high = 3 } } }
t.expect(reply.status >= 400, "a reload that its check refuses was taken")
t.expect(reply.body:find("low (9) is above high (3)", 1, true), reply.body)
hub:get("/repos/octo-org/hello-world"):expect(200)
