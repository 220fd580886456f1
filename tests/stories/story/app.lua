-- app - a GitHub App of a story: an RSA key that openssl makes, and what is signed with it.
--
--     local app = require "story.app".new()
--     github:app { id = 4711, public_key = app.public_key }
--     hub:get("/app", { Authorization = "Bearer " .. app:sign(4711, now_s) })
local daemon = require "story.daemon"
local json = require "story.json"
local report = require "story.report"

local M = {}
local App = {}
App.__index = App

local function run(command)
	local pipe = assert(io.popen(command .. " 2>&1", "r"))
	local text = pipe:read("a")
	if not pipe:close() then report.fail("failed: " .. command .. "\n" .. text) end
	return text
end

local function write_file(path, text)
	local file = assert(io.open(path, "wb"))
	file:write(text)
	file:close()
end

-- key_file: the private key in PEM, as a configuration names it.
function M.new()
	local a = setmetatable({ folder = daemon.folder() }, App)
	report.at_end(function() os.execute("rm -rf '" .. a.folder .. "'") end)
	a.key_file = a.folder .. "/app.pem"
	run("openssl genrsa -out " .. a.key_file .. " 2048")
	a.public_key = run("openssl rsa -pubout -in " .. a.key_file .. " 2>/dev/null")
	return a
end

local function base64url(path)
	local text = run("openssl base64 -A -in " .. path)
	return (text:gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

-- A JSON Web Token as GitHub's page has it: issued a minute before `now_s`, good for nine more.
function App:sign(id, now_s)
	local path = self.folder .. "/part"
	local parts = {}
	for n, part in ipairs { { alg = "RS256", typ = "JWT" },
		{ iss = id, iat = now_s - 60, exp = now_s + 540 } } do
		write_file(path, json.encode(part))
		parts[n] = base64url(path)
	end
	write_file(path, table.concat(parts, "."))
	run(("openssl dgst -sha256 -sign %s -out %s/signature %s"):format(self.key_file,
		self.folder, path))
	return table.concat(parts, ".") .. "." .. base64url(self.folder .. "/signature")
end

-- Unix seconds of an HTTP date.
function M.seconds(date)
	local day, word, year, hour, min, sec =
		date:match("(%d+) (%a+) (%d+) (%d+):(%d+):(%d+) GMT$")
	local month = (("JanFebMarAprMayJunJulAugSepOctNovDec"):find(word, 1, true) + 2) // 3
	local years = year - (month < 3 and 1 or 0) -- that begin in March, so leap days are last
	local days = years * 365 + years // 4 - years // 100 + years // 400 +
		(153 * ((month + 9) % 12) + 2) // 5 + day - 719469
	return math.tointeger(days * 86400 + hour * 3600 + min * 60 + sec)
end

return M
