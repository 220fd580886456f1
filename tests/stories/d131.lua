-- d131: when the only token dies, clients are told 503 and when to come back, and then served.
local t = require "story"
local told = require "story.events".new { "credential.*" }
local github = t.github { tokens = { "ghp_storyOnly=octocat", "ghp_storyNext=hubot" } }
local token_file = told.folder .. "/token"
local function write_token(token)
	local file = assert(io.open(token_file, "w"))
	file:write(token, "\n")
	file:close()
end
write_token("ghp_storyOnly")
local hub = t.hub { upstream = github, clock = "held", token = "${file:" .. token_file .. "}",
	plugins = told:beside() }
local path = "/repos/octo-org/hello-world/issues/"
local critical = { ["X-Hubgate-Priority"] = "critical", ["X-Hubgate-Deadline"] = "30" }

hub:get(path .. 1, critical):expect(200)
github:token { revoke = "ghp_storyOnly" }
hub:get(path .. 2, critical):expect(503):expect_json { code = "no_credential" } -- who finds out
told:next("credential.invalid")

local sent = #github:requests()
local reply = hub:get(path .. 3, critical):expect(503):expect_json { code = "no_credential" }
local after_s = tonumber(reply:header("Retry-After"))
t.expect(after_s >= 30 and after_s <= 61, "Retry-After is " .. tostring(after_s))
for n = 4, 20 do hub:get(path .. n, critical):expect(503) end
t.expect_equal(#github:requests(), sent, "requests to GitHub")
t.expect_equal(hub:show("credentials")[1].state, "out", "its state")
-- nor is a copy shown that was made with it
hub:get(path .. 1, critical):expect(503)

-- who can wait, waits for it
local patient = hub:get_later(path .. 30, { ["X-Hubgate-Deadline"] = "300" })
github:token { add = "ghp_storyOnly=octocat" }
t.clock:advance(61)
patient:expect(200)
told:next("credential.recovered")
hub:get(path .. 3, critical):expect(200)
t.expect_equal(hub:show("credentials")[1].state, "good", "its state")

-- a user who is suspended is as good as none: GitHub says that with a 403
github:token { suspend = "ghp_storyOnly" }
hub:get(path .. 40, critical):expect(503):expect_json { code = "no_credential" }
t.expect(told:next("credential.invalid").why:find("suspended"), "why")
t.expect(hub:show("credentials")[1].said:find("suspended"), "what is said")

-- another one in its file: it is tried by itself, and is the recovery of that name
t.clock:advance(20)
write_token("ghp_storyNext")
t.clock:advance(31)
local back = told:next("credential.recovered")
t.expect_equal(back.credential, "main", "which came back")
t.expect(back.out_for_s >= 20 and back.out_for_s <= 51, "out for " .. back.out_for_s)
t.expect_equal(hub:show("credentials")[1].state, "good", "its state")
hub:get(path .. 41, critical):expect(200)
