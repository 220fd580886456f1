-- x051: replies that clients do not read are bounded in sum; who took nothing for longest is cut.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, clock = "held", config = { workers = "1",
	http = { max_unsent_bytes = "8MiB", write_timeout = "10min" } } }

local path, token = github:large_list(100)
local size = #hub:get(path, token):expect(200).body
t.expect(size > 6000000, "the reply has only " .. size .. " bytes")

-- Kept replies are queued as a whole: each of these clients holds what its socket does not take.
local deaf = {}
for i = 1, 8 do
	deaf[i] = hub:send { path = path, headers = token, receive_bytes = 4096 }
	deaf[i].conn:fill(10)
	t.clock:advance(1)
	local front = hub:show("conns")[1]
	t.expect(front.unsent_bytes <= 8 * 1024 * 1024,
		("%d bytes wait for %d clients"):format(front.unsent_bytes, i))
end
local front = hub:show("conns")[1]
t.expect(front.cut_for_room >= 5, "only " .. front.cut_for_room .. " were cut")
t.expect(front.unsent_bytes > 0, "all of them were cut")
-- Who reads is served meanwhile, whole.
t.expect_equal(#hub:get(path, token):expect(200).body, size, "the bytes of one who reads")
hub:eventually("the log to say so", function()
	return hub.daemon:stderr():find("max_unsent_bytes: clients that read nothing are cut", 1,
		true)
end)
for _, reader in ipairs(deaf) do reader:leave() end
hub:eventually("nothing to wait", function() return hub:show("conns")[1].unsent_bytes == 0 end)
