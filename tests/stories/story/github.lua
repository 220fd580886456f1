-- github - the simulated GitHub of a story: a plugin and a listener in the hub's own process.
--
-- So one held clock drives both. It is told what to do over its control API, `/_sim/…`, and its
-- journal says what arrived.
local client = require "story.client"
local json = require "story.json"
local report = require "story.report"

local M = {}
local Github = setmetatable({}, { __index = client.Client })
Github.__index = Github

-- limit, reset_after_s: the window that everybody begins with. Other names are options of the
-- plugin (plugins/simulator/README.md).
function M.new(how)
	local g = setmetatable({ options = { use = "simulator" }, scripts = {} }, Github)
	for name, value in pairs(how or {}) do
		if name == "reset_after_s" then
			g.reset_after_s = value
		else
			g.options[name] = value
		end
	end
	return g
end

-- The hub runs: now there is somebody to talk to.
function Github:open(port)
	self.place = { port = port, host = "127.0.0.1:" .. port }
	self.url = "http://127.0.0.1:" .. port
	if self.reset_after_s then
		self:limit { limit = self.options.limit, remaining = self.options.limit,
			reset_in_s = self.reset_after_s }
	end
end

local function command(self, path, input)
	local reply = self:request { method = input and "POST" or "GET", path = "/_sim/" .. path,
		body = input }
	if reply.status ~= 200 then
		report.fail(("github refused %s %s: %d %s"):format(path,
			input and json.encode(input):sub(1, 600) or "", reply.status, reply.body))
	end
	return reply:json()
end

-- { resource = "core", limit, remaining, reset_in_s, token }
function Github:limit(how)
	command(self, "limit", how)
end

-- { on, concurrent, route_points, graphql_points, cpu, graphql_cpu, content_per_minute,
-- content_per_hour, mints_per_hour, block_ms, status, graphql_status, retry_after, remaining,
-- limited_by }: the secondary limits and how a refusal looks.
function Github:secondary(how)
	command(self, "secondary", how)
end

-- { route = "/repos/*/issues", method = "GET", points = 30 }: a limit a minute that nobody is
-- told of.
function Github:hidden(how)
	command(self, "hidden", how)
end

-- { id, public_key, permissions, install, uninstall, suspend, restore }: the App, as it is then.
function Github:app(how)
	return command(self, "app", how)
end

-- { "clock_skew", …, skew_s, lag_ms, graphql_nodes }: these odd behaviours are on, and no others.
function Github:odd(how)
	local names = json.list { table.unpack(how) }
	command(self, "odd", { names = names, skew_s = how.skew_s, lag_ms = how.lag_ms,
		graphql_nodes = how.graphql_nodes })
end

-- { repo = "octo-org/hello-world", issue = 7 }: it has changed, and so has its ETag.
function Github:touch(how)
	command(self, "touch", how)
end

-- { repo, count }: so many more issues; { repo, delete = NUMBER }: that one has gone.
function Github:issues(how)
	command(self, "issues", how)
end

-- { repo, private, archived, … }: makes a repository or changes one.
function Github:repo(how)
	command(self, "repos", how)
end

-- { add = "TOKEN=LOGIN", permissions, repositories, scopes, expires_in_s }, { revoke = "TOKEN" } or
-- { suspend = "TOKEN" }
function Github:token(how)
	command(self, "tokens", how)
end

-- { method, path, times, status, headers, body, free, close, delay_ms, stall_after_bytes,
-- stall_ms, cut_after_bytes, cpu_ms }: the next `times` requests that fit are answered so.
function Github:script(how)
	local answer, match = {}, { method = how.method, path = how.path }
	for name, value in pairs(how) do
		if name ~= "method" and name ~= "path" and name ~= "times" then
			answer[name] = value
		end
	end
	command(self, "script", { match = match, times = how.times, answer = answer })
end

-- A list of `n` issues of 64 kB each, which fits into no socket: its path, and the fields of who
-- made it.
function Github:large_list(n)
	local token = { Authorization = "Bearer ghp_storyStoryStoryStoryStoryStoryStory0",
		["User-Agent"] = "story" }
	local text = ("0123456789abcde\n"):rep(4060)
	self:secondary { on = false } -- GitHub would not let anybody make so much in a minute
	for i = 1, n do
		self:post("/repos/octo-org/hello-world/issues",
			{ title = "Large " .. i, body = text }, token):expect(201)
	end
	self:secondary { on = self.options.secondary ~= "off" }
	return "/repos/octo-org/hello-world/issues?per_page=" .. n, token
end

function Github:state()
	return command(self, "state")
end

-- { refused, refused_kinds, points, distinct_answers, max_concurrent, writes, close_writes,
-- identities = { … } }
function Github:stats()
	return command(self, "stats")
end

-- How often GitHub had to refuse by a limit: of all kinds, or one ("primary", "concurrent", …).
function Github:expect_refused(n, kind)
	report.count()
	local stats = self:stats()
	local refused = stats.refused
	if kind then refused = stats.refused_kinds[kind] or 0 end
	if refused ~= n then
		report.fail(("expected %d refusals by %s limits, got %d: %s"):format(n,
			kind or "all", refused, json.encode(stats.refused_kinds)))
	end
	return self
end

local function fits(entry, filter)
	for name, wanted in pairs(filter or {}) do
		if entry[name] ~= wanted then return false end
	end
	return true
end

-- What arrived, oldest first: { method, target, status, counted, token_hash, if_none_match, … }.
-- filter: members that must be equal.
function Github:requests(filter)
	local found = {}
	for _, entry in ipairs(command(self, "requests?max=4096").requests) do
		if fits(entry, filter) then found[#found + 1] = entry end
	end
	return found
end

function Github:expect_requests(n, filter)
	report.count()
	local found = self:requests(filter)
	if #found == n then return self end
	local lines = { ("expected %d requests to reach github%s, got %d"):format(n,
		filter and " with " .. json.encode(filter) or "", #found) }
	for _, e in ipairs(found) do
		lines[#lines + 1] = ("  %s %s -> %d%s"):format(e.method, e.target, e.status,
			e.counted and "" or ", free")
	end
	report.fail(table.concat(lines, "\n"))
end

-- How many points were spent of all budgets.
function Github:spent()
	local n = 0
	for _, points in pairs(self:state().points) do n = n + points end
	return n
end

function Github:expect_spent(n)
	report.count()
	local spent = self:spent()
	if spent ~= n then
		report.fail(("expected %d points of github's budgets to be spent, got %d"):format(n,
			spent))
	end
	return self
end

return M
