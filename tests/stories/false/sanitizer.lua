-- says: stderr says: ERROR: AddressSanitizer
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/hello-world"):expect(200)
local log = assert(io.open(hub.folder .. "/stderr", "a"))
log:write("==1==ERROR: AddressSanitizer: heap-use-after-free\n")
log:close()
