-- says: hubgate ended with signal 9
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/hello-world"):expect(200)
hub.daemon:signal("KILL")
hub:eventually("its end", function() return not hub.daemon:is_running() end)
