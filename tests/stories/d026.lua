-- d026: a client that asks for much at once does not hold up one of its class that asks for little.
local t = require "story"
local keys = require "story.keys"
local github = t.github { delay = "1s" }
local hub = t.hub { upstream = github, clock = "held", config = {
	dispatch = { max_concurrent = 2, deadline = "10min" },
	clients = { { name = "greedy", key_hash = keys.bot.hash },
		{ name = "modest", key_hash = keys.ci.hash },
		{ name = "bound", key_hash = keys.old.hash, max_upstream = 1 } } } }
local n = 0
local function ask(who)
	n = n + 1
	return hub:get_later("/repos/octo-org/hello-world/issues/" .. n,
		{ Authorization = "Bearer " .. keys[who].key })
end

local first = ask("ci") -- the budget is known after that
t.clock:advance(1)
first:expect(200)
local greedy = {}
for i = 1, 20 do greedy[i] = ask("bot") end
greedy[20]:expect_pending()
local modest = { ask("ci"), ask("ci") }
t.clock:advance(1) -- the two under way end; of the next two one is the modest one's
greedy[2]:expect(200)
modest[1]:expect_pending()
t.clock:advance(1)
modest[1]:expect(200)
greedy[3]:expect(200)
greedy[4]:expect_pending()
t.clock:advance(1)
modest[2]:expect(200)
greedy[4]:expect(200)
t.clock:advance(8)
greedy[20]:expect(200)

-- one client's own bound: others pass
local bound = { ask("old"), ask("old") }
local passes = ask("bot")
t.clock:advance(1)
bound[1]:expect(200)
passes:expect(200)
bound[2]:expect_pending()
t.clock:advance(1)
bound[2]:expect(200)
