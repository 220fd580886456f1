-- story - what a story begins with: `local t = require "story"` (README.md shows one).
local github = require "story.github"
local http = require "story.http"
local hub = require "story.hub"
local json = require "story.json"
local report = require "story.report"
local socket = require "socket"

local M = { json = json, clock = {} }

M.github = github.new
M.hub = hub.new

-- Moves the held clock of the hub that was started last.
function M.clock:advance(seconds)
	local last = hub.all[#hub.all]
	if not last then report.fail("there is no hub whose clock could move") end
	last:advance(seconds)
	return self
end

-- Sets its date, and nothing else.
function M.clock:step(seconds)
	hub.all[#hub.all]:step(seconds)
	return self
end

-- Any claim of the story's own.
function M.expect(is_so, why)
	report.count()
	if not is_so then report.fail(why or "what was expected is not so") end
end

function M.expect_equal(got, wanted, what)
	report.count()
	if got ~= wanted then
		report.fail(("expected %s to be %s, got %s"):format(what or "it", tostring(wanted),
			tostring(got)))
	end
end

-- A daemon that must not start: ends with 1, and one line of its stderr contains `why`.
function M.no_start(how, why)
	local d = hub.start_only(how)
	local code = d:wait()
	local text = d:stderr()
	M.expect_equal(code, 1, "the exit status (" .. text .. ")")
	M.expect(text:find(why, 1, true),
		("expected its stderr to say %q, got: %s"):format(why, text))
end

-- An upstream that the story plays itself, for what no simulator would send: { url, accept() }.
-- What comes back from accept() has read_request(), send(bytes) and close().
function M.upstream()
	local place = http.listen()
	report.at_end(function() place.sock:close() end)
	place.url = "http://127.0.0.1:" .. place.port
	return place
end

local function port(listens)
	local sock = assert(socket.tcp4())
	assert(sock:bind("127.0.0.1", 0))
	if listens then assert(sock:listen(1)) end
	report.at_end(function() sock:close() end)
	local _, number = sock:getsockname()
	return math.tointeger(tonumber(number))
end

-- A port of this machine where nobody answers as long as the story runs: bound, not listening.
function M.dead_port()
	return port(false)
end

-- One where somebody else listens.
function M.busy_port()
	return port(true)
end

return M
