-- b087: a disk that is full costs lines of the access log, which are counted, and no request.
local t = require "story"
local hub = t.hub { upstream = t.github(), clock = "held",
	config = { access_log = { path = "/dev/full" } } }

for _ = 1, 3 do hub:get("/users/octocat"):expect(200) end
hub:eventually("the lost lines to be counted", function()
	local n = hub:show("metrics")["hubgate_access_log_dropped_total"]
	return tonumber(n or 0) >= 3
end)
local screen = hub:command { "status" }
t.expect(screen:find("%d+ lines of the access log dropped"), screen)
t.expect(hub.daemon:stderr():find("access log /dev/full: can not be written", 1, true),
	"nothing is said")

-- A folder that is not there is told with its place, and what is in force stays.
local receipt = hub:reload { config = { access_log = { path = hub.folder .. "/none/a.log" } } }
receipt:expect(409)
t.expect(receipt.body:find("hub%.yaml:1:%d+: access_log%.path: .*: No such file"), receipt.body)
