-- b028: a body that ends with GitHub's connection comes whole, and the client's connection stays.
local t = require "story"
local upstream = t.upstream()
local hub = t.hub { upstream = upstream.url, token = false }

local conn = hub:connect()
local reader = hub:send { path = "/users/octocat", conn = conn }
local server = upstream:accept()
server:read_request()
server:send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello, ")
server:send("world")
server:close()
reader:expect(200):expect_body("hello, world"):expect_header("Connection", false)
hub:request { path = "/livez", conn = conn }:expect(200)
