-- b003: HEAD is answered with the head of GET and without its body.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local conn = hub:connect()
local head = hub:request { method = "HEAD", path = "/repos/octo-org/hello-world", conn = conn }
head:expect(200):expect_body(""):expect_header("ETag")
github:expect_requests(1, { method = "HEAD" })
-- a body behind it would be read as the beginning of this reply
local get = hub:request { path = "/repos/octo-org/hello-world", conn = conn }:expect(200)
get:expect_header("ETag", head:header("ETag"))
