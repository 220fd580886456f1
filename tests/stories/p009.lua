-- p009: /metrics counts what happened.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

hub:get("/repos/octo-org/hello-world"):expect(200)
hub:get("/repos/octo-org/hello-world"):expect(200)
local page = hub:get("/metrics"):expect(200).body
local wanted = 'hubgate_cache_answers_total{[^\n]*family="repositories",outcome="%s"[^\n]*} 1\n'
t.expect(page:find(wanted:format("hit")), "no hit was counted:\n" .. page)
t.expect(page:find(wanted:format("miss")), "no miss was counted:\n" .. page)
