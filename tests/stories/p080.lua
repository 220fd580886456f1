-- p080: `when:` says for which requests the hooks of an instance run, and all its phases agree.
local t = require "story"
local keys = require "story.keys"
local github = t.github()
local clients = { { name = "ci", key_hash = keys.ci.hash },
	{ name = "bot", key_hash = keys.bot.hash, graphql = true } }
local rows = {
	{ name = "reads", when = { methods = { "GET" } } },
	{ name = "theirs", when = { routes = { "/repos/octo-org/**" } } },
	{ name = "lists", when = { routes = { "/repos/{owner}/{repo}/issues", "/graphql" } } },
	{ name = "bots", when = { clients = { "bot" } } },
	{ name = "narrow", when = { methods = { "GET" }, routes = { "/users/*" },
		clients = { "ci" } } },
	{ name = "free" },
}
local plugins = {}
for i, row in ipairs(rows) do
	plugins[i] = { use = "phases", name = row.name, when = row.when }
end
local hub = t.hub { upstream = github, clock = "held", plugins = plugins,
	config = { clients = clients } }
local HOOKS = { "admit", "weigh", "lookup", "send", "head", "keep", "done" }
local seen, n_ids = {}, 0
for _, row in ipairs(rows) do seen[row.name] = 0 end

-- Asks, and expects each phase of the instances that are named to have run once, and no other's.
local function ask(who, how, wanted)
	how.headers = { Authorization = "Bearer " .. keys[who].key }
	hub:request(how):expect(how.status or 200)
	for _, row in ipairs(rows) do
		local more = (" " .. wanted .. " "):find(" " .. row.name .. " ", 1, true) and 1 or 0
		seen[row.name] = seen[row.name] + more
		hub:eventually(row.name .. "'s requests to be over", function()
			return hub:show(row.name .. "/state").open == 0
		end)
		local state = hub:show(row.name .. "/state")
		for _, hook in ipairs(HOOKS) do
			local n = seen[row.name]
			-- nobody asked who an ID is: who has no `when:` sees that sent, too
			if hook == "send" and not row.when then n = n + n_ids end
			t.expect_equal(state[hook], n, ("%s's %s after %s %s")
				:format(row.name, hook, how.method or "GET", how.path))
		end
		-- the simulator's own requests have no client
		if row.when and row.when.clients then
			t.expect_equal(state.others, 0, row.name .. "'s other DONEs")
		end
	end
end

ask("ci", { path = "/repos/octo-org/hello-world" }, "reads theirs free")
ask("bot", { path = "/repos/octocat/Hello-World/issues" }, "reads lists bots free")
ask("ci", { path = "/users/octocat" }, "reads narrow free")
ask("bot", { path = "/users/octocat" }, "reads bots free")
ask("bot", { method = "POST", path = "/graphql", body = { query = "{ viewer { login } }" } },
	"lists bots free")
ask("ci", { method = "POST", path = "/repos/octo-org/hello-world/issues",
	body = { title = "x" }, status = 201 }, "theirs lists free")

-- whichever way it is spelled; GitHub is asked once who an ID is
ask("ci", { path = "/repos/Octo-Org/Hello-World/labels" }, "reads theirs free")
local id = math.tointeger(github:get("/repos/octo-org/hello-world",
	{ ["User-Agent"] = "story" }):json().id)
n_ids = 1
ask("ci", { path = "/repositories/" .. id .. "/issues" }, "reads theirs lists free")
ask("ci", { path = "/repositories/" .. id .. "/labels" }, "reads theirs free")
github:expect_requests(1, { target = "/repositories/" .. id, status = 200 })
