-- d213: a token that GitHub does not know everywhere yet is not taken for dead.
-- P13 of GitHub's pitfalls: a 401 within seconds of a new token.
local t = require "story"
local github = t.github { odd = { "late_tokens" }, lag = "5s" }
local hub = t.hub { upstream = github, clock = "held" }

local app = { Authorization = "Bearer story.app.token" }
local id = hub:get("/app/installations", app):expect(200):json()[1].id
local made = hub:post(("/app/installations/%d/access_tokens"):format(id), {}, app):expect(201)
local minted = { Authorization = "Bearer " .. made:json().token }
local path = "/installation/repositories"
hub:get(path, minted):expect(401)
t.clock:advance(6)
hub:get(path, minted):expect(200)
-- nor is the gateway's own blamed for it
hub:get("/repos/octo-org/hello-world"):expect(200)
