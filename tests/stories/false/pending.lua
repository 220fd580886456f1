-- says: to be pending, but it has
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local reader = hub:get_later("/repos/octo-org/hello-world")
hub:eventually("the answer", function()
	return #reader.conn.buffer > 0 or reader.conn:fill(0) == true
end)
reader:expect_pending()
