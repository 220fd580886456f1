-- p030: a plugin's route takes a body in pieces, whole and in order, up to its limit.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "echo" } }

local body, sum = ("0123456789"):rep(20000), 0
for i = 1, 10 do sum = sum + body:byte(i) * 20000 end
local reply = hub:post("/echo/big", body):expect(200)
reply:expect_json { name = "big", bytes = #body, sum = sum }
t.expect(reply:json().pieces > 1, "200 kB came in one piece")
hub:post("/echo/none", ""):expect(200):expect_json { bytes = 0, pieces = 0 }
hub:post("/echo/over", ("x"):rep((1 << 20) + 1)):expect(413)
hub:get("/echo/x"):expect(405):expect_header("Allow", "POST")

-- what goes out while it comes in is the same
hub:put("/echo", body):expect(200):expect_body(body)
