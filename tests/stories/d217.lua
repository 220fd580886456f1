-- d217: a thousand tokens leave nothing behind: memory stays in its bound, no file is made of them.
-- P17 of GitHub's pitfalls: a cache partition for each token.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "metrics", "ratelimit",
	{ use = "cache", max_bytes = "4MiB" } }, config = { max_series = 50 } }

local path = "/repos/octo-org/hello-world/issues?per_page=20"
local conn = hub:connect()
local function read(n)
	local token = ("ghp_story%031d"):format(n)
	return hub:request { conn = conn, path = path,
		headers = { Authorization = "Bearer " .. token } }:expect(200)
end
local size = #read(0).body
t.expect(size > 20000, "the body has only " .. size .. " bytes")
for n = 1, 1000 do read(n) end

local state = hub:show("cache/state")
t.expect(state.bytes <= 4 * 1024 * 1024, state.bytes .. " bytes are kept")
t.expect(state.entries >= 1 and state.entries < 4 * 1024 * 1024 / size,
	state.entries .. " copies are kept")
github:expect_requests(1001, { target = path })
local spent = github:spent()
read(1000)
github:expect_spent(spent) -- the latest is there still

-- no folder and no file for each, and no token in any
local list = assert(io.popen("find '" .. hub.folder .. "' -type f"))
local files = 0
for name in list:lines() do
	files = files + 1
	local file = assert(io.open(name, "rb"))
	t.expect(not file:read("a"):find("ghp_story", 1, true), "a token is in " .. name)
	file:close()
end
list:close()
t.expect(files < 20, files .. " files")
for _, what in ipairs { "tickets", "credentials", "budgets" } do
	t.expect(not hub:admin("GET", "/show/" .. what).body:find("ghp_story", 1, true), what)
end
