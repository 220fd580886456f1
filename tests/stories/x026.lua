-- x026: beside keys a client's own GitHub token is GitHub's to judge: its paths only, as itself.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local clients = { { name = "ci", key_hash = keys.ci.hash, paths = { "/rate_limit" } } }
local hub = t.hub { upstream = github, config = { clients = clients } }
local own = { Authorization = "token ghp_aTokenOfTheClientsOwn000000000000000" }

hub:get("/repos/octo-org/hello-world", own):expect(200)
t.expect(github:requests()[1].token_hash ~= nil, "a token went up")
hub:get("/metrics", own):expect(401):expect_json { code = "key_required" }
-- with keys a proxy in front is fine, and a page of another site is not, when the browser
-- remembers a password for it
hub:get("/rate_limit", { Authorization = "Bearer " .. keys.ci.key,
	["X-Forwarded-For"] = "192.0.2.7", Host = "hub.example" }):expect(200)
hub:get("/rate_limit", { Authorization = "Basic dTpnaHBfeA==", Origin = "https://evil.example",
	Host = "hub.example" }):expect(403):expect_json { code = "cross_site" }

-- switched off, for one listener or for all
hub:reload { config = { clients = clients,
	listeners = { { bind = "127.0.0.1:0", passthrough = "no" } } } }:expect(200)
hub:get("/repos/octo-org/hello-world", own):expect(403):expect_json { code = "passthrough_off" }
hub:get("/rate_limit", { Authorization = "Bearer " .. keys.ci.key }):expect(200)
