-- d130: of two tokens one is revoked midway: no client sees a 401, and it comes back once good.
local t = require "story"
local told = require "story.events".new { "credential.*" }
local github = t.github { tokens = { "ghp_storyOne=octocat", "ghp_storyTwo=hubot" } }
local hub = t.hub { upstream = github, clock = "held", plugins = told:beside(),
	config = { credentials = { { alias = "one", token = "ghp_storyOne" },
		{ alias = "two", token = "ghp_storyTwo" } } } }

local n = 0
local function ask()
	n = n + 1
	return hub:get_later("/repos/octo-org/hello-world/issues/" .. n,
		{ ["X-Hubgate-Priority"] = "critical" })
end
local function row(alias)
	for _, one in ipairs(hub:show("credentials")) do
		if one.alias == alias then return one end
	end
end

-- both pay
local used = {}
for _ = 1, 10 do used[ask():wait():expect(200):header("X-Hubgate-Credential")] = true end
t.expect(used.one and used.two, "only one of them pays")

github:token { revoke = "ghp_storyOne" }
local asked = {}
for k = 1, 20 do asked[k] = ask() end
for _, one in ipairs(asked) do one:expect(200) end
local event = told:next("credential.invalid")
t.expect_equal(event.credential, "one", "whose token it is")
t.expect(event.why:find("401"), event.why)

local one = row("one")
t.expect_equal(one.state, "out", "its state")
t.expect(one.said:find("revoked"), one.said)
t.expect(one.asked_in_ms > 0 and one.asked_in_ms <= 60000, "asked in " .. one.asked_in_ms)
t.expect_equal(row("two").state, "good", "the other's state")
local table_ = hub:command { "show", "credentials" }
t.expect(table_:find("one%s+main%s+one%s+own%s+personal token%s+out"), table_)
local metrics = hub:get("/metrics").body
t.expect(metrics:find('hubgate_credential_state{credential="one",state="out"} 1', 1, true), metrics)
t.expect(metrics:find('hubgate_credential_state{credential="one",state="good"} 0', 1, true),
	metrics)
for _ = 1, 5 do ask():wait():expect(200):expect_header("X-Hubgate-Credential", "two") end

-- asked about once a minute, then less often; nothing else is sent with it
local before = #github:requests { status = 401 }
t.clock:advance(61)
t.expect_equal(#github:requests { status = 401 }, before + 1, "refusals after a minute")
t.clock:advance(61)
t.expect_equal(#github:requests { status = 401 }, before + 1, "refusals after two")
github:token { add = "ghp_storyOne=octocat" }
t.clock:advance(60)
event = told:next("credential.recovered")
t.expect_equal(event.credential, "one", "which came back")
t.expect(event.out_for_s >= 180 and event.out_for_s < 190, "out for " .. event.out_for_s)
t.expect_equal(row("one").state, "good", "its state")
used = {}
for _ = 1, 10 do used[ask():wait():expect(200):header("X-Hubgate-Credential")] = true end
t.expect(used.one, "it does not pay again")
