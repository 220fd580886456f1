-- c017: what is larger than max_entry_bytes passes and is not kept.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, plugins = { { use = "cache", max_entry_bytes = "2KiB" } } }

local path = "/orgs/octo-org/repos"
for _ = 1, 2 do
	local reply = hub:get(path):expect(200):expect_match("Cache-Status", "fwd=uri%-miss")
	t.expect(#reply.body > 2048, "the body is too small to prove anything")
end
t.expect_equal(hub:admin("GET", "/show/cache/state"):expect(200):json().entries, 0, "entries")
