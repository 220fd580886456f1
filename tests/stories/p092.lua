-- p092: when GitHub refuses, the receiver hears of it, signed, in order, and once.
local t = require "story"
local told = require "story.events".new { "ratelimit.exceeded", "credential.*" }
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", plugins = told:beside() }
local critical = { ["X-Hubgate-Priority"] = "critical", ["X-Hubgate-Deadline"] = "5" }
local path = "/repos/octo-org/hello-world/issues/"

hub:get(path .. 1, critical):expect(200)
-- too fast, says GitHub, to three that are under way together: told once
github:script { path = "/repos/*", times = 3, status = 403, delay_ms = 1000,
	headers = { ["Retry-After"] = "60" },
	body = { message = "You have exceeded a secondary rate limit." } }
local asked = {}
for k = 1, 3 do asked[k] = hub:get_later(path .. 1 + k, critical) end
t.clock:advance(1)
for _, one in ipairs(asked) do one:expect(403) end
local event, topic, head = told:next_of { "ratelimit.exceeded" }
t.expect_equal(event.kind, "secondary", "the kind")
t.expect_equal(event.resource, "core", "the resource")
t.expect(event["until"]:find("^%d+%-%d%d%-%d%dT"), event["until"])
t.expect(head:find("\r\nX%-Hubgate%-Event: " .. topic:gsub("%.", "%%.") .. "\r\n"), head)
t.expect(head:find("\r\nX%-Hubgate%-Delivery: %S+\r\n"), head)
t.expect(not head:find("ghp_"), "a token: " .. head)
hub:get(path .. 5, critical):expect(429):expect_json { code = "upstream_limited" }

-- the next is another matter: nothing of the first ones came twice
t.clock:advance(70)
hub:get(path .. 6, critical):expect(200)
github:script { path = "/repos/*", status = 401, body = { message = "Bad credentials" } }
github:script { path = "/rate_limit", status = 401, body = { message = "Bad credentials" } }
hub:get(path .. 7, critical):expect(503)
event = told:next("credential.invalid")
t.expect_equal(event.credential, "main", "which")
hub:eventually("the receiver to have all", function()
	return hub:show("sink-http/state").waiting == 0
end)
local metrics = hub:get("/metrics").body
t.expect(metrics:find('hubgate_sink_http_events_total{instance="sink-http",end="sent"} 2', 1, true),
	metrics:match("hubgate_sink_http_events_total[^\n]*") or "no metric")
