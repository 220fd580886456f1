-- p012: a listener serves only what it names.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, config = {
	listeners = { { bind = "127.0.0.1:0", serve = t.json.list { "github" } } } } }

hub:get("/metrics"):expect(404)
hub:get("/repos/octo-org/hello-world"):expect(200)
