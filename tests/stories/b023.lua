-- b023: GitHub meets hubgate's own User-Agent, also for clients that have none.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/users/octocat"):expect(200)
hub:get("/users/monalisa", { ["User-Agent"] = "curl/8" }):expect(200)
for _, asked in ipairs(github:requests()) do
	t.expect(asked.user_agent:find("^hubgate/"), "User-Agent is " .. asked.user_agent)
end
