-- d211: a 401, 404 or 429 is nobody's memory: what is mended at GitHub is there for the next read.
-- P11 of GitHub's pitfalls: refusals that were cached, and a 404 because GitHub is not ready yet.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

-- not to be seen yet, not known yet, made a moment ago
local outsider = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0" }
github:token { add = "ghp_storyStoryStoryStoryStoryStoryStory0=outsider" }
github:repo { repo = "octo-org/new", private = true }
hub:get("/repos/octo-org/new", outsider):expect(404)
github:repo { repo = "octo-org/new", private = false }
hub:get("/repos/octo-org/new", outsider):expect(200)

local fresh = { Authorization = "Bearer story.not.a.token.yet" }
hub:get("/user", fresh):expect(401)
github:token { add = "story.not.a.token.yet=hubot" }
hub:get("/user", fresh):expect(200):expect_json { login = "hubot" }

github:odd { "late_objects", lag_ms = 2000 }
local made = hub:post("/repos/octo-org/hello-world/issues", { title = "young" }):expect(201):json()
local path = ("/repos/octo-org/hello-world/issues/%d"):format(made.number)
hub:get(path):expect(404)
t.clock:advance(3)
hub:get(path):expect(200):expect_json { title = "young" }

-- too many, with a wait that no client would sit out
github:script { path = "/users/octocat", status = 429, headers = { ["Retry-After"] = "300" },
	body = { message = "You have exceeded a secondary rate limit." } }
hub:get("/users/octocat"):expect(429)
t.clock:advance(310)
hub:get("/users/octocat"):expect(200)
