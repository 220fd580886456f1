-- x008: a secret is in no log line, no page and no answer.
local t = require "story"
local github = t.github()
local own, client = "ghp_ownSecretOwnSecretOwnSecr0", "ghp_hisSecretHisSecretHisSe0"
local hub = t.hub { upstream = github, token = own }

local seen = { hub:get("/user"):expect(200).body }
seen[2] = hub:get("/user", { Authorization = "Bearer " .. client }):expect(200).body
seen[3] = hub:get("/user", { Authorization = "Bearer " .. client .. " x" }):expect(401).body
seen[4] = hub:get("/metrics"):expect(200).body
for _, what in ipairs { "config", "credentials", "budgets", "tickets", "requests", "plugins" } do
	seen[#seen + 1] = hub:admin("GET", "/show/" .. what):expect(200).body
end
t.expect(seen[5]:find('"option":"credential.token","origin":"[^"]+","value":"%*%*%*"'), seen[5])
hub:term()
seen[#seen + 1] = hub.daemon:stderr()
seen[#seen + 1] = hub.daemon:stdout()
for _, text in ipairs(seen) do
	for _, secret in ipairs { own, client } do
		t.expect(not text:find(secret, 1, true), "a secret is in: " .. text:sub(1, 2000))
	end
end
