-- hub - one hubgate daemon of a story: its configuration, its clients' door, its admin socket.
local client = require "story.client"
local daemon = require "story.daemon"
local http = require "story.http"
local json = require "story.json"
local report = require "story.report"

local M = { all = {} }
local Hub = setmetatable({}, { __index = client.Client })
Hub.__index = Hub

-- Set by run.lua.
M.program, M.plugins = nil, nil

local DEFAULT_PLUGINS = { "metrics", "cache", "ratelimit" }

-- -- configuration -------------------------------------------------------------------------------

-- Objects are merged, everything else is replaced.
local function merge(into, from)
	for k, v in pairs(from or {}) do
		if type(v) == "table" and type(into[k]) == "table" and v[1] == nil then
			merge(into[k], v)
		else
			into[k] = v
		end
	end
	return into
end

local function plugin_list(how)
	local list = json.list()
	for _, plugin in ipairs(how.plugins or DEFAULT_PLUGINS) do
		list[#list + 1] = type(plugin) == "string" and { use = plugin } or plugin
	end
	if type(how.upstream) == "table" then list[#list + 1] = how.upstream.options end
	return list
end

local function configuration(self, how)
	local c = { version = 1, workers = "2", state_dir = self.folder .. "/state",
		log = { level = "debug" },
		admin = { bind = "unix:" .. self.folder .. "/admin" },
		listeners = { { bind = "127.0.0.1:0" } },
		plugins = plugin_list(how),
		http = {}, upstream = {}, credential = {},
		dispatch = { ask_at_start = false }, -- stories count what GitHub is asked
		secondary = { write_gap = "0s" } } -- or each second write would need the clock
	-- the second folder: one test plugin an ability (tests/plugins)
	if M.plugins then c.plugin_path = { M.plugins, M.plugins .. "/../tests/plugins" } end
	if type(how.upstream) == "string" then c.upstream.base_url = how.upstream end
	if how.token == false then
		c.credential.token = json.null
	elseif how.token then
		c.credential.token = how.token
	end
	merge(c, how.config)
	if c.credentials then c.credential = nil end
	return c
end

local function write_file(path, text)
	local file = assert(io.open(path, "wb"))
	file:write(text)
	file:close()
end

-- The text is YAML already when it is a string.
function Hub:write_config(how)
	local text = type(how) == "string" and how
		or how.yaml and how.yaml:gsub("@FOLDER@", self.folder)
		or json.encode(configuration(self, how))
	write_file(self.folder .. "/hub.yaml", text)
end

-- -- life ----------------------------------------------------------------------------------------

-- The real ports, from `show listeners`: in the order of the configuration, the simulator's last.
local function learn_ports(self, how)
	local ports = {}
	for _, l in ipairs(self:show("listeners")) do
		if l.port > 0 then ports[#ports + 1] = l.port end
	end
	local github = type(how.upstream) == "table" and how.upstream
	local listeners = how.config and how.config.listeners
	if not how.yaml and #ports ~= (listeners and #listeners or 1) + (github and 1 or 0) then
		report.fail(("the hub has %d listeners"):format(#ports))
	end
	self.ports = ports
	self.place = { port = ports[1], host = "localhost:" .. ports[1] }
	self.url = "http://localhost:" .. ports[1]
	if github then github:open(ports[#ports]) end
end

local function answers(self)
	local conn = http.connect(self.admin_place)
	if not conn then return false end
	conn:close()
	return self:admin("GET", "/readyz").status == 200
end

local function start(how)
	local self = setmetatable({ folder = daemon.folder(), how = how }, Hub)
	M.all[#M.all + 1] = self
	self.admin_place = { path = self.folder .. "/admin", host = "admin" }
	self:write_config(how)
	local args = { "run", "--config", self.folder .. "/hub.yaml" }
	if how.yaml and M.plugins then
		args[#args + 1] = "--plugin-path"
		args[#args + 1] = M.plugins
	end
	if how.clock then
		args[#args + 1] = "--clock"
		args[#args + 1] = how.clock
	end
	if type(how.upstream) == "table" then args[#args + 1] = "--demo" end
	self.daemon = daemon.start { program = M.program, args = args, folder = self.folder,
		env = how.env, cwd = how.cwd }
	return self
end

-- Started, and not expected to become ready: its daemon.
function M.start_only(how)
	local self = start(how)
	self.may_fail = true
	return self.daemon
end

-- upstream: a github of this story, or a URL. clock: "held" or nil. plugins: names or tables;
-- default metrics, cache, ratelimit. token: the gateway's own; false = none. config: what is
-- merged into the configuration. env: variables. cwd: where it is started. yaml: the text of the
-- whole configuration, with @FOLDER@ for the hub's own; it has the admin socket @FOLDER@/admin.
function M.new(how)
	local self = start(how)
	local ok, why = pcall(self.daemon.wait_until, self.daemon, "hubgate to be ready",
		function() return answers(self) end)
	if not ok then report.fail(why) end
	learn_ports(self, how)
	return self
end

-- SIGTERM; returns when it has ended.
function Hub:term()
	self.daemon:signal("TERM")
	return self:expect_end(0)
end

function Hub:expect_end(code)
	report.count()
	local got = self.daemon:wait()
	if got ~= code then report.fail(("hubgate ended with %s, not %s"):format(got, code)) end
	return self
end

-- -- admin ---------------------------------------------------------------------------------------

function Hub:admin(method, path)
	local admin = client.new(self.admin_place)
	return admin:request { method = method, path = path }
end

-- The answer of `show WHAT`, decoded.
function Hub:show(what)
	local reply = self:admin("GET", "/show/" .. what)
	if reply.status ~= 200 then reply:fail("show " .. what .. " was refused") end
	return reply:json()
end

-- `hubgate WORD …` at this hub's admin socket: what it says. `status`: what it must end with.
-- Words with a `--config` name the socket by it.
function Hub:command(words, status)
	local args = { table.unpack(words) }
	local has_config = false
	for _, word in ipairs(args) do has_config = has_config or word == "--config" end
	if not has_config then
		args[#args + 1] = "--socket"
		args[#args + 1] = self.folder .. "/admin"
	end
	local text, got = daemon.run { program = M.program, args = args, folder = self.folder }
	report.count()
	if got ~= (status or 0) then
		report.fail(("hubgate %s ended with %s and said: %s"):format(
			table.concat(words, " "), got, text))
	end
	return text
end

-- A new configuration, as for t.hub; returns the admin socket's reply.
function Hub:reload(how)
	if type(how) == "table" and how.upstream == nil then
		how = setmetatable(how, { __index = self.how })
	end
	self:write_config(how)
	return self:admin("POST", "/reload")
end

-- Moves the held clock of daemon and simulator; returns when both are quiet at the new moment.
function Hub:advance(seconds)
	local us = math.floor(seconds * 1000000 + 0.5)
	self:admin("POST", ("/clock/advance?by=%dus"):format(us)):expect(200)
end

-- The date of daemon and simulator jumps by so many seconds, or (below 0) back; no time passes.
function Hub:step(seconds)
	self:admin("POST", ("/clock/step?by=%ds"):format(seconds)):expect(200)
end

-- -- requests that wait --------------------------------------------------------------------------

local function find(rows, id)
	for _, row in ipairs(rows) do
		if row.id == id then return row end
	end
end

-- Sent, and known to be in the dispatcher's hands or answered when this returns, so that the clock
-- may move.
function Hub:send_later(ask)
	local pending = self:send(ask)
	local ok, why = pcall(self.daemon.wait_until, self.daemon, pending.asked .. " to arrive",
		function()
			if pending.conn:fill(0) ~= "timeout" then return true end
			local row = find(self:show("requests"), pending.id)
			return row and row.phase == "upstream" and
				find(self:show("tickets"), pending.id)
		end)
	if not ok then report.fail(why) end
	return pending
end

function Hub:get_later(path, headers)
	return self:send_later { path = path, headers = headers }
end

function Hub:post_later(path, body, headers)
	return self:send_later { method = "POST", path = path, body = body or "",
		headers = headers }
end

-- `is_so` becomes true within the patience: for what another connection must see.
function Hub:eventually(what, is_so)
	report.count()
	local ok, why = pcall(self.daemon.wait_until, self.daemon, what, is_so)
	if not ok then report.fail(why) end
	return self
end

-- -- the end -------------------------------------------------------------------------------------

-- Every client has left: no ticket, transfer or request may be left behind.
local function expect_nothing_left(self)
	self.daemon:wait_until("all tickets to be freed", function()
		return #self:show("tickets") == 0
	end)
	self.daemon:wait_until("all requests to be over", function()
		for _, row in ipairs(self:show("requests")) do
			if row.phase == "upstream" then return false end
		end
		return true
	end)
end

-- Ends the daemon if the story did not; error with what is wrong with it.
function Hub:finish(is_fine)
	local wrong = {}
	if not self.daemon then return wrong end
	if not self.daemon.ended then
		if is_fine and self.place and self.daemon:is_running() then
			local ok, why = pcall(expect_nothing_left, self)
			if not ok then wrong[#wrong + 1] = tostring(why) end
		end
		self.daemon:signal("TERM")
		local code = self.daemon:wait()
		if code ~= 0 and not self.may_fail then
			wrong[#wrong + 1] = "hubgate ended with " .. code
		end
	end
	local complaint = self.daemon:complaint()
	if complaint then wrong[#wrong + 1] = "hubgate's stderr says: " .. complaint end
	return wrong
end

return M
