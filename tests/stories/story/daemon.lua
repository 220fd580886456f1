-- daemon - a hubgate of its own for one story: started, watched and ended by its process id.
--
-- Lua can not fork; a shell writes its own id and becomes the daemon. Its folder holds the
-- configuration, the admin socket, stdout and stderr, and goes when the story ends.
local socket = require "socket"
local http = require "story.http"

local M = {}
local Daemon = {}
Daemon.__index = Daemon

local function quote(s)
	return "'" .. s:gsub("'", "'\\''") .. "'"
end

local function slurp(path)
	local file = io.open(path, "rb")
	if not file then return "" end
	local text = file:read("a")
	file:close()
	return text or ""
end

local function read_line(command)
	local pipe = assert(io.popen(command, "r"))
	local line = pipe:read("l")
	pipe:close()
	return line
end

-- Nothing of the environment comes in but what sanitizers and the loader need: a token or proxy
-- of the machine has no business in a story.
local PASSED_ON = { "PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS",
	"LD_LIBRARY_PATH" }

local function environment(more)
	local parts = { "env -i" }
	for _, name in ipairs(PASSED_ON) do
		local value = os.getenv(name)
		if value then parts[#parts + 1] = name .. "=" .. quote(value) end
	end
	for name, value in pairs(more or {}) do
		parts[#parts + 1] = name .. "=" .. quote(value)
	end
	return table.concat(parts, " ")
end

function M.folder()
	return assert(read_line("mktemp -d /tmp/hubgate-story-XXXXXX"), "no temporary folder")
end

-- { program, args, folder, env, cwd }; starts at once, in the folder `cwd` when there is one.
function M.start(how)
	local d = setmetatable({ folder = how.folder }, Daemon)
	local words = {}
	for _, arg in ipairs(how.args) do words[#words + 1] = quote(arg) end
	d.command = how.program .. " " .. table.concat(words, " ")
	local line = "cd %s && echo $$; exec %s HOME=%s %s %s </dev/null >>%s/stdout 2>>%s/stderr"
	d.pipe = assert(io.popen(line:format(quote(how.cwd or "."), environment(how.env),
		quote(d.folder),
		quote(how.program), table.concat(words, " "), d.folder, d.folder), "r"))
	d.pid = assert(math.tointeger(tonumber(d.pipe:read("l"))), "the shell named no process id")
	return d
end

-- Not ended, or ended and not yet waited for ("zombie" means over).
function Daemon:is_running()
	local state = slurp("/proc/" .. self.pid .. "/stat"):match("%) (%a)")
	return state ~= nil and state ~= "Z" and state ~= "X"
end

function Daemon:stderr()
	return slurp(self.folder .. "/stderr")
end

function Daemon:stdout()
	return slurp(self.folder .. "/stdout")
end

-- Runs the same program to its end: what it wrote to stdout and stderr, and its status.
function M.run(how)
	local words = {}
	for _, arg in ipairs(how.args) do words[#words + 1] = quote(arg) end
	local line = "%s HOME=%s %s %s </dev/null 2>&1"
	local pipe = assert(io.popen(line:format(environment(how.env), quote(how.folder),
		quote(how.program), table.concat(words, " ")), "r"))
	local text = pipe:read("a")
	local _, _, status = pipe:close()
	return text, status
end

-- Polls until `is_so` returns something true, which it returns; error with `what` when the
-- patience ends or the daemon does.
function Daemon:wait_until(what, is_so)
	local limit = socket.gettime() + http.PATIENCE_S
	while true do
		local value = is_so()
		if value then return value end
		if not self:is_running() then
			error(("hubgate ended while a story waited for %s"):format(what), 0)
		end
		if socket.gettime() > limit then error("waited too long for " .. what, 0) end
		socket.sleep(0.002)
	end
end

function Daemon:signal(name)
	os.execute(("kill -%s %d"):format(name, self.pid))
end

-- Waits for its end and returns its exit code, or "signal N".
function Daemon:wait()
	if self.ended then return self.ended end
	local limit = socket.gettime() + http.PATIENCE_S
	while self:is_running() do
		if socket.gettime() > limit then
			self:signal("KILL")
			self.was_killed = true
			limit = math.huge
		end
		socket.sleep(0.002)
	end
	local _, how, code = self.pipe:close()
	self.ended = self.was_killed and "killed: it did not end in time"
		or how == "exit" and code or "signal " .. code
	return self.ended
end

-- nil, or what a sanitizer or the daemon's own checks reported.
function Daemon:complaint()
	local text = self:stderr()
	for _, word in ipairs { "ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
		"WARNING: ThreadSanitizer", "FATAL: ThreadSanitizer", "runtime error:",
		"Assertion `", "hubgate: bug at", " odd at=" } do
		if text:find(word, 1, true) then return word end
	end
end

function Daemon:remove()
	os.execute("rm -rf " .. quote(self.folder))
end

return M
