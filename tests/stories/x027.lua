-- x027: each write that went to GitHub is a line of the audit log, with who, what and GitHub's id.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local hub = t.hub { upstream = github, config = { log = { level = "info" }, clients = {
	{ name = "ci", key_hash = keys.ci.hash, methods = { "GET", "POST" } } } } }
local ci = { Authorization = "Bearer " .. keys.ci.key, ["X-Request-Id"] = "write-1" }
local path = "/repos/octo-org/hello-world/issues"

local reply = hub:post(path .. "?note=hush", { title = "hush" }, ci):expect(201)
local theirs = reply:header("X-GitHub-Request-Id")
hub:get(path, ci):expect(200)
hub:request { method = "DELETE", path = "/repos/octo-org/hello-world", headers = ci }:expect(403)
hub:post("/nowhere", {}, { Authorization = "token ghp_own0000000000000000000000000000000000",
	["X-Request-Id"] = "write-2" }):expect(404)

local lines = {}
hub:eventually("both lines", function()
	lines = {}
	for line in hub.daemon:stderr():gmatch("[^\n]*audit:[^\n]*") do lines[#lines + 1] = line end
	return #lines >= 2
end)
t.expect_equal(#lines, 2, "the number of lines")
local wanted = ("audit: write-1 client=ci credential=main method=POST " ..
	"route=/repos/{owner}/{repo}/issues path=%s status=201 github_status=201 " ..
	"github_request_id=%s cut=0"):format(path, theirs)
t.expect(theirs and lines[1]:find(wanted, 1, true), "the first line is " .. lines[1])
t.expect(lines[2]:find("audit: write%-2 client=passthrough:%x+ .* status=404 github_status=404"),
	"the second line is " .. lines[2])
t.expect(not table.concat(lines):find("hush", 1, true), "no query and no body is in it")
