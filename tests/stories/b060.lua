-- b060: each file of etc/examples starts as it stands, but for addresses and folders, and answers.
local t = require "story"
local keys = require "story.keys"
local papers = require "story.papers"
local report = require "story.report"
local p = papers.new()
local github = t.github()
-- GitHub, and an Enterprise Server with a CA of its own
local world = t.hub { upstream = github, config = { listeners = {
	{ bind = "127.0.0.1:0", serve = { "health" } },
	{ bind = "127.0.0.1:0", serve = { "simulator" }, tls = p:tls() } } } }
local ghes = "https://localhost:" .. world.ports[2]

local function write(name, text)
	local file = assert(io.open(p:path(name), "w"))
	file:write(text)
	file:close()
end
write("github.token", "ghp_team")
os.execute(("cd %s && cp server.pem hub.pem && cp server.key hub.key && cp ca.pem ghes-ca.pem")
	:format(p.folder))

-- Starts the example; each address must stand in it.
local function start(name, env)
	local file = assert(io.open(report.path:match("^(.*)/tests/") .. "/etc/examples/" .. name))
	local text = file:read("a")
	file:close()
	text = text:gsub("/etc/hubgate/", p.folder .. "/"):gsub("/run/hubgate/", "@FOLDER@/")
		:gsub("127%.0%.0%.1:3001", "127.0.0.1:0"):gsub('"%[::%]:3443"', "127.0.0.1:0")
		:gsub("https://ghe%.example%.com", ghes)
	local n
	text, n = text:gsub("https://api%.github%.com", github.url)
	if n == 0 then text = text .. "upstream: {base_url: '" .. github.url .. "'}\n" end
	return t.hub { env = env, yaml = text .. "state_dir: @FOLDER@/state\n"
		.. "admin: {bind: 'unix:@FOLDER@/admin'}\n" }
end
local path = "/repos/octo-org/hello-world"

local hub = start("laptop.yaml", { GITHUB_TOKEN = "ghp_laptop" })
hub:get(path):expect(200)
hub:get(path):expect(200):expect_match("Cache-Status", "hit")
hub:get("/metrics"):expect(200)

hub = start("team.yaml")
local sealed = hub.ports[1]
local function ask(key, target)
	return p:curl(sealed, target, "-H 'Authorization: Bearer " .. key .. "'").status
end
t.expect_equal(ask(keys.ci.key, path), 200, "its organization, for ci")
t.expect_equal(ask(keys.ci.key, "/user"), 403, "what ci may not ask")
t.expect_equal(ask(keys.bot.key, "/user"), 200, "what the dashboard may read")
t.expect_equal(ask("ghp_somebodysOwnTokenNotReal000000000000000", "/user"), 200, "one's own token")
t.expect_equal(p:curl(sealed, path).status, 401, "nobody")
t.expect_equal(hub:show("cache-ci/state").entries, 1, "what the cache for ci keeps")
hub.place.port = hub.ports[2]
hub:get("/metrics", { Authorization = "Bearer " .. keys.old.key }):expect(200)
hub:get("/readyz"):expect(200)
local socket = setmetatable({ place = { path = hub.folder .. "/team.sock", host = "localhost" } },
	{ __index = hub })
socket:get(path, { Authorization = "Bearer " .. keys.ci.key }):expect(200)

hub = start("enterprise.yaml", { GITHUB_TOKEN = "ghp_one", GHES_TOKEN = "ghp_two" })
hub:get(path):expect(200)
hub:get("/ghes/api/v3" .. path):expect(200):expect_header("X-Hubgate-Credential", "ghes")
hub:get(path, { Host = "ghe.example.com" }):expect(200):expect_match("Cache-Status", "hit")
