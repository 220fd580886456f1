-- x020: with keys configured, nobody without a key that holds is served.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local hub = t.hub { upstream = github, config = { clients = {
	{ name = "ci", key_hash = keys.ci.hash },
	{ name = "gone", key_hash = keys.stale.hash, expires = "2020-01-01" } } } }
local path = "/repos/octo-org/hello-world"

local function ask(authorization, at)
	return hub:get(at or path, { Authorization = authorization })
end

-- a name and a password, as curl -u sends them
local function basic(text)
	local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	local out = {}
	for i = 1, #text, 3 do
		local a, b, c = text:byte(i, i + 2)
		local v = a << 16 | (b or 0) << 8 | (c or 0)
		for k = 3, 0, -1 do
			local d = v >> 6 * k & 63
			out[#out + 1] = (k == 1 and not b or k == 0 and not c) and "=" or
				digits:sub(d + 1, d + 1)
		end
	end
	return "Basic " .. table.concat(out)
end

local refused = ask(nil):expect(401)
refused:expect_json { code = "key_required", status = 401 }
refused:expect_match("WWW-Authenticate", "^Bearer realm")
ask("Bearer " .. keys.bot.key):expect(401):expect_json { code = "unknown_key" }
ask("Bearer " .. keys.ci.key .. "0"):expect(401):expect_json { code = "unknown_key" }
ask("token " .. keys.ci.key:sub(1, -2)):expect(401):expect_json { code = "unknown_key" }
ask("Bearer " .. keys.ci.hash):expect(401)
ask("Bearer " .. keys.stale.key):expect(401):expect_json { code = "key_expired" }
ask(basic("anybody:" .. keys.bot.key)):expect(401):expect_json { code = "unknown_key" }
ask(basic(keys.ci.key .. ":x-oauth-basic")):expect(401):expect_json { code = "bad_authorization" }
hub:get("/metrics"):expect(401):expect_json { code = "key_required" }
github:expect_requests(1, { target = path }) -- the 401 below the hash is GitHub's own

ask("Bearer " .. keys.ci.key):expect(200):expect_header("X-Hubgate-Credential", "main")
ask("token " .. keys.ci.key):expect(200)
ask(basic("anybody:" .. keys.ci.key)):expect(200)
ask("Bearer " .. keys.ci.key, "/metrics"):expect(200)
hub:get("/livez"):expect(200)
