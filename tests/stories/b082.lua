-- b082: the access log has one line per request, without secrets, and goes on in a new file.
local t = require "story"
local json = require "story.json"
local github = t.github()
local folder = os.tmpname()
os.remove(folder)
local path = folder .. "-access"
local how = { upstream = github, clock = "held",
	config = { access_log = { path = path,
		format = "{request_id} {status} {target} {cache}" } } }
local hub = t.hub(how)

local function lines_of(name)
	local found = {}
	local file = io.open(name, "rb")
	if not file then return found end
	for line in file:lines() do
		-- the simulator is a listener of the same daemon
		if line:find("story%-") and not line:find("_sim") then found[#found + 1] = line end
	end
	file:close()
	return found
end

local function eventually(name, pattern)
	hub:eventually("a line like " .. pattern, function()
		for _, line in ipairs(lines_of(name)) do
			if line:find(pattern) then return true end
		end
	end)
end

local target = "/repos/octo-org/hello-world?access_token=hidden&page=1"
for _ = 1, 2 do hub:get(target):expect(200) end
eventually(path, "^story%-%d+ 200 /repos/octo%-org/hello%-world%?access_token=%*%*%*&page=1 " ..
	"fwd=uri")
eventually(path, " hit$")
t.expect_equal(#lines_of(path), 2, "the lines")

-- Renamed, and told: SIGUSR1, or POST /reopen.
os.rename(path, path .. ".1")
hub:admin("POST", "/reopen"):expect(200)
hub:get("/users/octocat"):expect(200)
eventually(path, " 200 /users/octocat ")
os.rename(path, path .. ".2")
hub.daemon:signal("USR1")
hub:eventually("a new file", function() return io.open(path, "rb") ~= nil end)
hub:get("/users/octocat", { ["X-Bad"] = "a" }):expect(200)
eventually(path, " 200 /users/octocat ")
t.expect_equal(#lines_of(path .. ".1"), 2, "lines before the first rotation")
t.expect_equal(#lines_of(path .. ".2"), 1, "lines before the second")

-- A reload may change the format; a wrong one is refused and the old one stays.
how.config.access_log.format = "{nosuch}"
hub:reload(how):expect(409):expect_match("Content-Type", "json")
hub:get("/users/octocat"):expect(200)
how.config.access_log.format = "json"
hub:reload(how):expect(200)
hub:get("/nothing/here"):expect(404)
eventually(path, '"status":404')
local last = lines_of(path)
local row = json.decode(last[#last])
t.expect_equal(row.upstream_status, 404, "what GitHub said")
t.expect(row.github_request_id, "GitHub's request id")
t.expect_equal(row.credential, "main", "who paid")

-- What can not be opened stops no start that runs, and no reload takes it.
how.config.access_log = { path = "/nowhere/at/all" }
hub:reload(how):expect(409)
hub:get("/users/octocat"):expect(200)
t.no_start({ config = { access_log = { path = "/nowhere/at/all" } } },
	"access_log.path: /nowhere/at/all: No such file")
t.no_start({ config = { access_log = { path = "x.log" } } },
	'expected /path or stderr, got "x.log"')
for _, name in ipairs { path, path .. ".1", path .. ".2" } do os.remove(name) end
