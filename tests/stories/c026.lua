-- c026: what is asked for once more, because its copy has gone, ends with its client and within the
-- deadline that it began with; HEAD runs for both replies, all else once.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held",
	plugins = { { use = "phases", name = "seen" }, "cache" } }

local path = "/repos/octo-org/hello-world/issues/7"
local function next_is(n, status, delay_ms)
	github:script { path = path, status = status, delay_ms = delay_ms,
		headers = { ETag = '"' .. n .. '"' }, body = status == 200 and "body " .. n or "" }
end
local another = { ["accept"] = "application/json", ["Accept-Language"] = "en" }

-- One that waits for its second answer, version n, for `delay_ms`.
local function ask(n, delay_ms, deadline)
	local one = { ["Accept"] = "application/json", ["Accept-Language"] = "en",
		["X-Hubgate-Deadline"] = deadline }
	next_is(n, 200)
	hub:get(path, one):expect(200)
	next_is(n, 304, 5000)
	local slow = hub:get_later(path, one)
	next_is(n + 1, 200)
	hub:get(path, another):expect(200)
	next_is(n + 1, 200, delay_ms)
	t.clock:advance(5)
	slow:expect_pending()
	return slow
end
local function rest_is_over(n_open)
	hub:eventually("it to be over", function()
		return #hub:show("tickets") == 0 and hub:show("seen/state").open == n_open
	end)
	return hub:show("seen/state")
end

local slow = ask(1, 2000)
t.clock:advance(2)
slow:expect(200):expect_body("body 2"):expect_header("X-Test-Head", "seen")
local state = rest_is_over(0)
t.expect_equal(state.done, 3, "DONE of three requests")
t.expect_equal(state.head, 4, "HEAD of four replies")

t.clock:advance(3600)
ask(11, 20000):leave()
t.expect_equal(rest_is_over(0).done, 6, "DONE, also of the one that left")

t.clock:advance(3600)
slow = ask(21, 60000, "8s")
t.clock:advance(3)
slow:expect(504)
t.expect_equal(rest_is_over(0).done, 9, "DONE, also of the one that was too late")
