-- d221: a token may have 40 characters, 93, 520 or 4,000, the gateway's own as well as a client's.
-- P21 of GitHub's pitfalls: tokens of another length.
local t = require "story"
local function token(prefix, length)
	return prefix .. ("Story0123"):rep(500):sub(1, length - #prefix)
end
local own = token("ghs_", 520)
local github = t.github { odd = { "long_tokens" } }
local hub = t.hub { upstream = github, clock = "held", token = own }

-- what GitHub got is what it gets without the gateway, byte for byte
local function expect_same(headers, value)
	local seen = {}
	hub:get("/user", headers):expect(200)
	github:get("/user", { ["User-Agent"] = "story", Authorization = "Bearer " .. value })
		:expect(200)
	for _, asked in ipairs(github:requests { target = "/user" }) do
		seen[#seen + 1] = asked.token_hash
	end
	t.expect(#seen >= 2 and seen[#seen] == seen[#seen - 1],
		("a token of %d characters came as another"):format(#value))
end

for _, row in ipairs { { "ghp_", 40 }, { "github_pat_", 93 }, { "gho_", 40 }, { "ghu_", 40 },
	{ "ghp_", 255 }, { "ghp_", 256 }, { "ghp_", 257 }, { "ghp_", 520 }, { "ghp_", 1024 },
	{ "ghp_", 4000 } } do
	local value = token(row[1], row[2])
	expect_same({ Authorization = "token " .. value }, value)
end

-- as GitHub mints them since 2026
local app = { Authorization = "Bearer story.app.token" }
local id = hub:get("/app/installations", app):expect(200):json()[1].id
local minted = hub:post(("/app/installations/%d/access_tokens"):format(id), {}, app):expect(201)
	:json().token
t.expect_equal(#minted, 520, "the length of a minted token")
hub:get("/installation/repositories", { Authorization = "Bearer " .. minted }):expect(200)
hub:get("/repos/octo-org/hello-world"):expect(200)
t.expect(not hub.daemon:stderr():find("Story0123Story", 1, true), "a token is in the log")
