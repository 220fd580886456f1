-- b005: a query string passes byte for byte.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local target = "/search/issues?q=is:open+label%3Abug%20%C3%A9&&page=1&page=1&x=&y&z=/?a'(*)~"
hub:get(target):expect(200)
github:expect_requests(1, { target = target })
