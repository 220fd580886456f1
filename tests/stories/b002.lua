-- b002: the second identical read comes from memory.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local first = hub:get("/repos/octo-org/hello-world"):expect(200)
local second = hub:get("/repos/octo-org/hello-world"):expect(200)
second:expect_match("Cache-Status", "^hubgate; hit")
second:expect_body(first.body):expect_header("ETag", first:header("ETag"))
github:expect_requests(1)
