-- b081: `hubgate show WORD` prints a table whose rows people can choose from.
local t = require "story"
local json = require "story.json"
local github = t.github { limit = 1, reset_after_s = 600 }
local hub = t.hub { upstream = github, clock = "held" }

local function first_line(words)
	return (hub:command(words):match("^ *([^\n]*)"):gsub("  +", "  "))
end

-- Every word has its columns; none prints what is meant for programs.
local headings = {
	requests = "nothing",
	tickets = "nothing",
	queues = "nothing",
	budgets = "nothing",
	identities = "IDENTITY  UPSTREAM  ON WIRE  AT MOST  BLOCKED FOR  THIS HOUR  CAP  " ..
		"CLOSEST LIMIT  USED  OBJECTED TO  CREDENTIALS",
	credentials = "ALIAS  UPSTREAM  IDENTITY  KIND  TOKEN  STATE  ASKED IN  EXPIRES  " ..
		"BLOCKED FOR  ON WIRE  THIS HOUR  SAID  MAY  OFF",
	upstreams = "NAME  STATE  FOR  ON WIRE  HTTP/2  CONNECTIONS  CONCURRENT  " ..
		"IDENTITIES  WHY",
	plugins = "NAME  PLUGIN  VERSION  STATE  FAILURES  CALLS  TIME  SLOW  COMMANDS",
	events = "WAITING  ROOM  DELIVERED  DROPPED",
	mailboxes = "LOOP  WAITING  MOST  ROOM  POSTED  REFUSED",
	conns = "FRONT  OPEN  UNDER WAY  PER S  ACCEPTED  ANSWERED  BAD  UNSENT  BATCHES  CUT",
}
for word, heading in pairs(headings) do
	t.expect_equal(first_line { "show", word }, heading, word)
end
for word, pattern in pairs { config = "^OPTION +VALUE +FROM$", metrics = "^NAME +VALUE$",
	listeners = "^PORT +BIND +URL$", routes = "^LISTENER +METHODS +PATH +PLUGIN +ABOUT$",
	cache = "^hit_share: 0.0%%$" } do
	local line = first_line { "show", word }
	t.expect(line:match(pattern), word .. ": " .. line)
end

-- One that waits for the reset is a ticket that says so.
hub:get("/repos/octo-org/hello-world"):expect(200)
local waits = hub:get_later("/users/octocat?access_token=hidden",
	{ ["X-Hubgate-Deadline"] = "1h" })
local tickets = hub:command { "show", "tickets" }
t.expect(tickets:match("\nstory%-%d+ +0ms  parked +empty "), tickets)
t.expect(not tickets:find("hidden", 1, true), "a query string is shown")
t.expect_equal(hub:command { "show", "tickets", "--filter", "no such" }, "nothing\n", "filter")
t.expect(hub:command({ "show", "budgets" }):match("main +core +1 +1 +0 +10min 0s"), "the budget")
t.expect(hub:command({ "show", "queues" }):match("main +core +0 +0 +1 +0 +0ms +empty +10min "),
	"the queue")
waits:leave()

-- Bounded, and the same choice for programs.
local few = hub:command { "show", "metrics", "--limit", "3" }
t.expect(select(2, few:gsub("\n", "\n")) == 5 and few:find("… %d+ more"), few)
local rows = json.decode(hub:command { "show", "plugins", "--limit", "2", "--json" })
t.expect_equal(#rows, 2, "rows")
rows = json.decode(hub:command { "show", "plugins", "--filter", "ratel", "--json" })
t.expect_equal(rows[1].name, "ratelimit", "the row")
hub:command({ "show", "plugins", "--limit", "-1" }, 1)
local no = hub:command({ "show", "nosuch" }, 1)
t.expect(no:find("there is no show nosuch; there is status requests", 1, true), no)

-- A slip has a guess; what a plugin does not say, or says otherwise, is told as that.
local function refuses(words, sentence)
	local said = hub:command(words, 1)
	t.expect(said:find(sentence, 1, true), said)
end
refuses({ "show", "budget" }, 'there is no show budget (did you mean "budgets"?); there is status')
refuses({ "show", "ratelimit" }, "ratelimit says nothing of itself; there is status")
refuses({ "show", "cache/flush" }, "cache/flush changes something: `hubgate send /cache/flush`")
refuses({ "send", "/cache/state" }, "cache/state only shows something: `hubgate show cache/state`")
refuses({ "send", "/cache/flsh" }, "cache has no command flsh; it has state flush")
refuses({ "send", "/ratelimit/x" }, "ratelimit has no command x; it has none")
refuses({ "send", "/nobody/x" }, "there is no such instance: `hubgate show plugins` names them")

-- Levels and the configuration.
hub:command { "set", "log", "front", "warn" }
hub:command { "set", "log", "cache", "debug" }
local levels = hub:command { "show", "log" }
t.expect(levels:find("\nfront +warn +listeners and connections\n"), levels)
t.expect(levels:find("\nhost +debug +start, stop"), levels)
t.expect(levels:find("\ncache +debug +Answers safe requests"), levels)
no = hub:command({ "set", "log", "front", "loud" }, 1)
t.expect(no:find('there is no level "loud"', 1, true), no)
no = hub:command({ "set", "log", "a&b=c", "info" }, 1)
t.expect(no:find('there is no component "a&b=c"', 1, true), no)
t.expect(hub:command({ "reload" }):find("ok: yes", 1, true), "reload")
t.expect_equal(json.decode(hub:command { "reload", "--json" }).ok, true, "reload")
hub:write_config("version: 1\nhttp: { max_batch: 0 }\n")
no = hub:command({ "reload" }, 1)
t.expect(no:find("max_batch", 1, true), no)
