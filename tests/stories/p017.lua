-- p017: a variable of a plugin that does not exist yet is named at the start, and not used.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, env = { REDIS_HOST = "localhost",
	GITHUB_ENABLE_CACHING = "true", DATABASE_URL = "postgres://u:secretword@localhost/db" } }

local log = hub.daemon:stderr()
t.expect(log:find("REDIS_HOST", 1, true), "REDIS_HOST is not named")
t.expect(log:find("DATABASE_URL", 1, true), "DATABASE_URL is not named")
t.expect(not log:find("secretword", 1, true), "its value is shown")
hub:get("/repos/octo-org/hello-world"):expect(200)
