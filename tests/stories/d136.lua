-- d136: an upstream that keeps failing is given a rest: 503 at once, one probe, and all go on.
local t = require "story"
local told = require "story.events".new { "upstream.*" }
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", plugins = told:beside(),
	config = { dispatch = { breaker_failures = 3, breaker_open = "10s", retries = 0 } } }
local n = 0
local function ask(deadline_s)
	n = n + 1
	return hub:get_later("/repos/octo-org/hello-world/issues/" .. n,
		{ ["X-Hubgate-Priority"] = "critical", ["X-Hubgate-Deadline"] = deadline_s or "5" })
end
local function fail(how, times)
	how.path, how.times = "/repos/*", times
	github:script(how)
end
local function outage(how, why)
	fail(how, 3)
	for _ = 1, 3 do
		local reply = ask():wait()
		t.expect(reply.status >= 500, "it did not fail: " .. reply.status)
	end
	local event = told:next("upstream.down")
	t.expect(event.why:find(why, 1, true), "because " .. event.why)
	t.expect(event.upstream and event.for_s >= 9 and event.for_s <= 12, "for " .. event.for_s)
	local sent = #github:requests()
	for _ = 1, 10 do
		local reply = ask():wait():expect(503):expect_json { code = "upstream_down" }
		local after_s = tonumber(reply:header("Retry-After"))
		t.expect(after_s >= 9 and after_s <= 12, "Retry-After is " .. tostring(after_s))
	end
	t.expect_equal(#github:requests(), sent, "requests while it rests")
end

outage({ status = 503 }, "answered 503")
-- who can wait is parked; then one goes, and the others when it is answered
local waiting = {}
for k = 1, 10 do waiting[k] = ask("60") end
github:script { path = "/repos/*", delay_ms = 2000 }
local sent = #github:requests()
t.clock:advance(12)
t.expect_equal(#github:requests() - sent, 1, "probes")
t.clock:advance(3)
for _, one in ipairs(waiting) do one:expect(200) end
local event = told:next("upstream.up")
t.expect(event.was_down_s >= 10 and event.was_down_s <= 16, "down for " .. event.was_down_s)

-- a probe that fails doubles the rest
outage({ status = 502 }, "answered 502")
fail({ status = 502 }, 1)
local probe = ask("30")
t.clock:advance(12)
t.expect(probe:wait().status >= 500, "the probe's answer")
local reply = ask():wait():expect(503):expect_json { code = "upstream_down" }
t.expect(tonumber(reply:header("Retry-After")) >= 18, "Retry-After is "
	.. reply:header("Retry-After"))
t.clock:advance(24)
ask():wait():expect(200)
told:next("upstream.up")

-- what is the client's fault opens nothing
for _, status in ipairs { 404, 422, 403, 501, 410, 451 } do
	fail({ status = status, body = { message = "no" } }, 1)
	ask():wait():expect(status)
end
ask():wait():expect(200)

-- where nobody listens, nobody is asked again and again either
told = require "story.events".new { "upstream.*" }
local lost = t.hub { upstream = "http://127.0.0.1:" .. t.dead_port(), clock = "held",
	plugins = told:beside(), config = { dispatch = { breaker_failures = 3, retries = 0 } } }
local critical = { ["X-Hubgate-Priority"] = "critical", ["X-Hubgate-Deadline"] = "5" }
for k = 1, 3 do
	lost:get("/users/" .. k, critical):expect(502):expect_json { code = "upstream_unreachable" }
end
event = told:next("upstream.down")
t.expect(event.why:find("[Cc]onnect"), "because " .. event.why)
lost:get("/users/4", critical):expect(503):expect_json { code = "upstream_down" }
t.expect(lost:command({ "show", "upstreams" }):find("connect"), "show upstreams")
