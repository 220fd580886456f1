-- c102: a copy of somebody else's is shown to who GitHub says 304 to, and to nobody else.
local t = require "story"
local github = t.github { tokens = { "ghp_storyOwner=octocat", "ghp_storyTwin=octocat",
	"ghp_storyGuest=hubot" } }
local hub = t.hub { upstream = github, token = "ghp_storyOwner" }
local function as(name) return { Authorization = "Bearer ghp_story" .. name } end

github:token { add = "ghp_storyNone=hubot", scopes = "read:user" }
local path = "/repos/octo-org/secret-plans"
local first = hub:get(path):expect(200)
hub:get(path, as "None"):expect(404)
hub:get(path, as "None"):expect(404)
local spent = github:spent()
hub:get(path, as "Twin"):expect(200):expect_body(first.body)
	:expect_match("Cache-Status", "uri%-miss; fwd%-status=304")
github:expect_spent(spent)

-- who has been shut out does not see it, though others have it
github:token { revoke = "ghp_storyTwin" }
local again = as "Twin"
again["Cache-Control"] = "no-cache"
hub:get(path, again):expect(401)
hub:get(path, as "Twin"):expect(401)

-- what is about the asker is asked for without it
hub:get("/user"):expect(200)
local asked = #github:requests { target = "/user" }
hub:get("/user", as "Guest"):expect(200):expect_json { login = "hubot" }
t.expect_equal(#github:requests { target = "/user", status = 200 }, asked + 1, "answers of /user")
