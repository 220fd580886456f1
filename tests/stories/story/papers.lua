-- papers - certificates that openssl makes when the story runs, and clients who show them.
--
--     local papers = require "story.papers"
--     local p = papers.new()                    a folder with ca.pem, server.pem, server.key
--     p:issue("build-7", "build-7")             build-7.pem, build-7.key
--     p:curl(port, "/user", "--http1.1")        { code, status, text }
local daemon = require "story.daemon"
local report = require "story.report"

local M = {}
local Papers = {}
Papers.__index = Papers

local function quote(s)
	return "'" .. s:gsub("'", "'\\''") .. "'"
end

local function run(command)
	local pipe = assert(io.popen(command .. " 2>&1", "r"))
	local text = pipe:read("a")
	local ok, _, code = pipe:close()
	return ok, text, code
end

local function must(command)
	local ok, text = run(command)
	if not ok then report.fail("failed: " .. command .. "\n" .. text) end
	return text
end

local KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "

function M.new()
	local p = setmetatable({ folder = daemon.folder() }, Papers)
	report.at_end(function() os.execute("rm -rf " .. quote(p.folder)) end)
	p:authority("ca")
	p:issue("server", "localhost", "DNS:localhost,IP:127.0.0.1")
	return p
end

function Papers:path(name)
	return self.folder .. "/" .. name
end

-- NAME.pem and NAME.key: signs itself, and others.
function Papers:authority(name)
	must(("openssl req -x509 %s -keyout %s.key -out %s.pem -days 30 -subj '/CN=%s'")
		:format(KEY, self:path(name), self:path(name), name))
end

-- Signed by `by`, or by "ca".
function Papers:issue(name, cn, san, by)
	by = self:path(by or "ca")
	must(("openssl req -x509 %s -CA %s.pem -CAkey %s.key -keyout %s.key -out %s.pem -days 30 "
		.. "-subj '/CN=%s' -addext basicConstraints=critical,CA:FALSE %s")
		:format(KEY, by, by, self:path(name), self:path(name), cn,
			san and "-addext subjectAltName=" .. san or ""))
end

-- `tls:` of a listener.
function Papers:tls(more)
	local tls = { cert = self:path("server.pem"), key = self:path("server.key") }
	for k, v in pairs(more or {}) do tls[k] = v end
	return tls
end

-- `listeners:`, the first in the clear, the second with TLS; `more` as above.
function Papers:two_listeners(more)
	return { { bind = "127.0.0.1:0" }, { bind = "127.0.0.1:0", tls = self:tls(more) } }
end

-- What curl says; `more` are its options. The text begins with the head.
function Papers:curl(port, path, more)
	local _, text, code = run(("curl -sS -i -m 20 --noproxy '*' --cacert %s %s %s")
		:format(self:path("ca.pem"), more or "", quote("https://localhost:" .. port .. path)))
	local status = tonumber(text:match("^HTTP/1.1 (%d+)"))
	return { code = code, text = text, status = math.tointeger(status) }
end

-- Sends these bytes and returns all that comes until the other side ends it.
function Papers:say(port, bytes, more)
	local path = self:path("bytes")
	local file = assert(io.open(path, "wb"))
	file:write(bytes)
	file:close()
	local _, text = run(("openssl s_client -quiet -verify_quiet -CAfile %s "
		.. "-servername localhost -connect 127.0.0.1:%d %s <%s")
		:format(self:path("ca.pem"), port, more or "", path))
	return text
end

-- The same for a list, several at a time: the answers in its order.
function Papers:say_each(port, list)
	local command = { "cd " .. quote(self.folder) }
	for i, bytes in ipairs(list) do
		local file = assert(io.open(self:path("bytes" .. i), "wb"))
		file:write(bytes)
		file:close()
		command[#command + 1] = ("openssl s_client -quiet -verify_quiet -CAfile ca.pem "
			.. "-servername localhost -connect 127.0.0.1:%d <bytes%d >said%d 2>&1 &")
			:format(port, i, i) .. (i % 8 == 0 and " wait" or "")
	end
	command[#command + 1] = "wait"
	must(table.concat(command, "\n"))
	local said = {}
	for i = 1, #list do
		local file = assert(io.open(self:path("said" .. i), "rb"))
		said[i] = file:read("a")
		file:close()
	end
	return said
end

-- The certificate that a new connection is shown: its serial number.
function Papers.serial(_, port)
	return must(("openssl s_client -connect 127.0.0.1:%d </dev/null 2>/dev/null | "
		.. "openssl x509 -noout -serial"):format(port))
end

return M
