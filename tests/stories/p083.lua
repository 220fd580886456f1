-- p083: a reload with any mistake says what is wrong and where; the configuration in force serves
-- on, and not one request fails, not even when a plugin's file crashes as it is loaded.
local t = require "story"
local daemons = require "story.hub"
local mistakes = require "story.mistakes"
local github = t.github()
local bad = daemons.plugins .. "/../tests/plugins/bad"
t.hub { upstream = github } -- GitHub's alone: in a demonstration some mistakes are none
local path = { daemons.plugins, daemons.plugins .. "/../tests/plugins", bad }
local hub = t.hub { upstream = github.url, token = "ghp_story", plugins = { "phases" },
	config = { plugin_path = path } }

-- What a fault of the receipt would be on a line of `check`.
local function line_of(fault, prefix)
	local place = fault.file:gsub("^.*/hub%.yaml$", "t.yaml")
	if fault.line > 0 then place = ("%s:%d:%d"):format(place, fault.line, fault.column) end
	local where = fault.path ~= "" and fault.path .. ": " or ""
	return ("%s%s: %s%s"):format(prefix, place, where, fault.message)
end

-- Requests that are under way while it is reloaded: some wait for GitHub, one sends its body.
local function begin()
	local under_way = {}
	github:script { path = "/users/octocat", delay_ms = 15, times = 2 }
	for _, target in ipairs { "/users/octocat", "/repos/octo-org/hello-world",
		"/users/octocat?x=1", "/repos/octo-org/hello-world/issues" } do
		under_way[#under_way + 1] = hub:send { path = target }
	end
	return under_way
end

local n = 0
local function try(case, more)
	local under_way = begin()
	hub:write_config(case.text .. more)
	local reply = hub:admin("POST", "/reload")
	t.expect(reply.status ~= 200, "a reload took: " .. case.text)
	local receipt, said = reply:json(), {}
	for _, one in ipairs(receipt.warnings) do said[#said + 1] = line_of(one, "warning: ") end
	for _, one in ipairs(receipt.errors) do said[#said + 1] = line_of(one, "") end
	local wanted = table.concat(case.said, "\n"):gsub("@PATH@", table.concat(path, ", "))
		:gsub("@BAD@", (io.popen("realpath " .. bad):read("l")))
	t.expect_equal(table.concat(said, "\n"), wanted, "what is said of\n" .. case.text)
	for _, pending in ipairs(under_way) do pending:expect(200) end
	n = n + 1
end

for _, case in ipairs(mistakes.read("config")) do try(case, "") end
-- what needs a restart must be as it was, or it is said as well
local kept = {}
for key, value in pairs { admin = { bind = "unix:" .. hub.folder .. "/admin" }, workers = "2",
	state_dir = hub.folder .. "/state", plugin_path = path } do
	kept[#kept + 1] = ("%s: %s\n"):format(key, t.json.encode(value))
end
for _, case in ipairs(mistakes.read("plugins")) do try(case, table.concat(kept)) end
t.expect(n > 180, "only " .. n .. " mistakes")

t.expect_equal(hub:show("config").workers, "2", "what is in force")
hub:eventually("all to be over", function() return hub:show("phases/state").open == 0 end)
t.expect(hub:show("phases/state").done >= 4 * n, "not one instance saw them all")
hub:get("/repos/octo-org/hello-world"):expect(200)
