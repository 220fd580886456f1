-- says: attempt to index a nil value
local t = require "story"
t.expect(true)
print(t.nothing.here)
