-- run - runs one story, as ctest does:
--
--     lua5.4 tests/stories/story/run.lua build/dev/hubgate build/dev/plugins tests/stories/d020.lua
--
-- A story fails when an expectation does, when it has none, when its daemon leaves tickets behind,
-- does not end with 0, or a sanitizer complains. Then what the daemon wrote is printed.
local here = arg[0]:match("^(.*)/story/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path

local hub = require "story.hub"
local report = require "story.report"
local story = require "story" -- luacheck: ignore

local path = arg[3]
hub.program, hub.plugins = arg[1], arg[2]
report.path, report.story = path, path:match("[^/]*$")

local wrong = {}

local function add(more)
	for _, why in ipairs(more) do wrong[#wrong + 1] = why end
end

local chunk, why = loadfile(path, "t")
if not chunk then
	io.stderr:write(why, "\n")
	os.exit(1)
end
local ok, failure = xpcall(chunk, function(e)
	if type(e) == "string" and e:find("^[%w_-]+%.lua:%d+: ") then return e end
	return debug.traceback(tostring(e), 2)
end)
if not ok then
	add { failure }
elseif report.n_checked == 0 then
	add { report.story .. ": a story without an expectation proves nothing" }
end
add(report.run_ends())
for _, h in ipairs(hub.all) do add(h:finish(ok)) end

for _, h in ipairs(hub.all) do
	if #wrong > 0 and h.daemon then
		print("-- " .. h.daemon.command)
		print(h.daemon:stdout())
		print("-- its stderr")
		print(h.daemon:stderr())
	end
	if h.daemon then h.daemon:remove() end
end
if #wrong > 0 then
	print("-- " .. report.story .. " failed")
	print(table.concat(wrong, "\n"))
	os.exit(1)
end
print(("%s: %d expectations held"):format(report.story, report.n_checked))
