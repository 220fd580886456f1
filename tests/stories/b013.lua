-- b013: what GitHub refuses reaches the client with GitHub's status and words.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/nothing-here"):expect(404):expect_json { message = "Not Found" }
hub:post("/repos/octo-org/hello-world/issues", { body = "no title" }):expect(422)
	:expect_json { message = "Validation Failed" }
github:script { method = "POST", path = "*/issues", status = 500,
	body = { message = "Server Error" } }
hub:post("/repos/octo-org/hello-world/issues", { title = "x" }):expect(500)
	:expect_json { message = "Server Error" }
github:expect_requests(3)
