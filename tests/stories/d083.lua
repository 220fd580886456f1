-- d083: what GitHub says of a token's rights and its end reaches the client.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held" }

local fine = { Authorization = "Bearer github_pat_story" }
local runners = "/repos/octo-org/hello-world/actions/runners"
github:token { add = "github_pat_story=hubot", permissions = { actions = "read" },
	expires_in_s = 120 }
hub:get(runners, fine):expect(403)
	:expect_header("X-Accepted-GitHub-Permissions", "administration=read")
hub:get("/repos/octo-org/hello-world/actions/runs", fine):expect(200)
	:expect_match("github-authentication-token-expiration", "^%d+%-%d%d%-%d%d .* UTC$")
t.clock:advance(120)
hub:get("/user/repos", fine):expect(401)

local classic = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0" }
github:token { add = "ghp_storyStoryStoryStoryStoryStoryStory0=hubot", scopes = "read:org" }
hub:get("/user", classic):expect(200):expect_header("X-OAuth-Scopes", "read:org")
github:token { suspend = "ghp_storyStoryStoryStoryStoryStoryStory0" }
hub:get("/user/orgs", classic):expect(403)

-- an App's token, asked for through the gateway
local app = { Authorization = "Bearer story.app.token" }
github:app { permissions = { issues = "write" }, uninstall = "octo-lab" }
local installed = hub:get("/app/installations", app):expect(200):json()
t.expect_equal(#installed, 1, "the number of installations")
local made = hub:post(("/app/installations/%d/access_tokens"):format(installed[1].id), {},
	app):expect(201):json()
t.expect_equal(made.permissions.issues, "write", "the permission to write issues")
local minted = { Authorization = "Bearer " .. made.token }
hub:post("/repos/octo-org/hello-world/issues", { title = "by an App" }, minted):expect(201)
hub:delete(runners .. "/1", minted):expect(403)
