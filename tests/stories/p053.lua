-- p053: another file at a loaded plugin's path is a warning of the reload: it needs a restart.
local t = require "story"
local hub_module = require "story.hub"
local github = t.github()
local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir " .. folder))

local function copy(name, to)
	local from = ("%s/../tests/plugins/%s.so"):format(hub_module.plugins, name)
	assert(os.execute(("cp '%s' '%s.new' && mv '%s.new' '%s'"):format(from, to, to, to)))
end

local file = folder .. "/mine.so"
copy("echo", file)
local how = { upstream = github, clock = "held", plugins = { { use = file, name = "mine" } } }
local hub = t.hub(how)

t.expect_equal(#hub:reload(how):expect(200):json().warnings, 0, "warnings of an untouched file")
copy("probe", file)
local warnings = hub:reload(how):expect(200):json().warnings
t.expect_equal(#warnings, 1, "warnings of another file")
t.expect(warnings[1].message:find("it needs a restart", 1, true), warnings[1].message)
t.expect_equal(warnings[1].path, "plugins[0]", "where")
t.expect_equal(hub:show("plugins")[1].plugin, "echo", "the plugin that serves")
assert(os.execute("rm -r " .. folder))
