-- p082: an old key of an option sets the new one, with a warning; `config show` says where from.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { { use = "options", patience = "7s" } } }

local function reload(plugin)
	return hub:reload { plugins = { plugin } }:expect(200):json().warnings
end
t.expect(hub.daemon:stderr():find("plugins[0].patience: is deprecated: write wait", 1, true),
	"the start does not warn")
local warnings = reload { use = "options", patience = "8s" }
t.expect_equal(#warnings, 1, "the warnings of a reload")
t.expect_equal(warnings[1].path, "plugins[0].patience", "where it is")
t.expect_equal(#reload { use = "options", wait = "8s" }, 0, "the warnings of the new key")

hub:write_config { upstream = github, plugins = { { use = "options", patience = "8s",
	when = { methods = { "GET" } } } } }
local pipe = assert(io.popen(("%s config show %s/hub.yaml --json 2>/dev/null"):format(
	require "story.hub".program, hub.folder)))
local found = 0
for _, row in ipairs(t.json.decode(pipe:read("a"))) do
	if row.option == "plugins[options].wait" then
		found = found + 1
		t.expect_equal(row.value, "8s", "the new option")
		t.expect(row.origin:find("hub.yaml:1", 1, true), "it is of " .. row.origin)
	elseif row.option == "plugins[options].when.methods" then
		found = found + 1
		t.expect_equal(row.value[1], "GET", "what `when:` shows")
	end
end
t.expect_equal(found, 2, "the options found")
pipe:close()
