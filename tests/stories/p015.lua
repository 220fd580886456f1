-- p015: a second hubgate does not take the first one's admin socket.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

t.no_start({ config = { admin = { bind = "unix:" .. hub.folder .. "/admin" } } }, "in use")
hub:show("plugins")
