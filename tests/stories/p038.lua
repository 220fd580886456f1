-- p038: what a plugin publishes is heard in order by those who listen, and metrics count it.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { "metrics", "bus" } }

for n = 1, 5 do hub:admin("POST", "/bus/say?topic=test.a&n=" .. n):expect(200) end
hub:admin("POST", "/bus/say?topic=other.a&n=6"):expect(200) -- nobody listens to that
hub:eventually("five events", function() return hub:show("bus/heard").heard == 5 end)
hub:get("/say/test.front"):expect(202)
hub:eventually("the front's event", function() return hub:show("bus/heard").heard == 6 end)
local heard = hub:show("bus/heard")
t.expect_equal(heard.topic, "test.front", "the topic")
t.expect_equal(heard.source, "bus", "who said it")
t.expect_equal(heard.json.from, "a front", "what was said")
t.expect(heard.in_order, "they came out of order")

local page = hub:get("/metrics"):expect(200).body
for _, line in ipairs { 'hubgate_test_heard_total{topic="test.a"} 5',
	'hubgate_test_heard_total{topic="test.front"} 1', "hubgate_test_last_n 18",
	'hubgate_test_age_seconds_bucket{le="+Inf"} 6', "hubgate_test_age_seconds_count 6",
	"# TYPE hubgate_test_age_seconds histogram", "# TYPE hubgate_test_last_n gauge",
	"# TYPE hubgate_test_heard_total counter" } do
	t.expect(page:find(line, 1, true), "/metrics does not say " .. line)
end
