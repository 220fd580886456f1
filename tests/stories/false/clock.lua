-- says: was refused
local t = require "story"
local github = t.github()
t.hub { upstream = github }

t.clock:advance(1)
