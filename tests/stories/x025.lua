-- x025: a key never leaves hubgate: not to GitHub, not into logs, `show`, errors or metrics.
local t = require "story"
local keys = require "story.keys"
local upstream = t.upstream()
local hub = t.hub { upstream = upstream.url, config = { clients = {
	{ name = "ci", key_hash = keys.ci.hash },
	{ name = "narrow", key_hash = keys.old.hash, paths = { "/repos/octo-org/*" } } } } }
local key = keys.ci.key

local function holds(text, what)
	t.expect(not text:find(key, 1, true), what .. " holds the key")
	t.expect(not text:find(keys.old.key, 1, true), what .. " holds a key")
end

local waits = hub:send { path = "/repos/a/b?x=hgk_short", headers = { ["User-Agent"] = "story",
	Authorization = "Bearer " .. key, Cookie = "k=" .. key, ["X-Key"] = key,
	["Proxy-Authorization"] = "Bearer " .. key } }
local conn = upstream:accept()
local head = conn:read_request()
conn:send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-GitHub-Request-Id: A:1\r\n\r\n{}")
waits:expect(200)
t.expect(head:find("GET /repos/a/b?x=hgk_short HTTP/1.1", 1, true), "a short word is no key")
holds(head, "what GitHub got")

for _, path in ipairs { "/repos/a/b?access_token=" .. key, "/repos/" .. key .. "/b",
	"/x?y=1&z=" .. key .. "&a=b" } do
	local reply = hub:get(path, { Authorization = "Bearer " .. key }):expect(400)
	reply:expect_json { code = "key_in_url" }
	holds(reply.body, "the refusal")
end
holds(hub:get("/orgs/x", { Authorization = "Bearer " .. keys.old.key }):expect(403).body,
	"the refusal of a path")
for _, what in ipairs { "requests", "tickets", "config", "budgets", "queues" } do
	holds(hub:admin("GET", "/show/" .. what).body, "show " .. what)
end
holds(hub:get("/metrics", { Authorization = "Bearer " .. key }):expect(200).body, "/metrics")
local log = hub.daemon:stderr()
t.expect(log:find("client=ci", 1, true), "the log names the client")
holds(log, "the log")
