-- says: expected 200, got 409
local t = require "story"
local github = t.github()
t.hub { upstream = github }

t.clock:advance(1)
