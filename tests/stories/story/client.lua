-- client - somebody who asks over HTTP: requests that wait, requests for later, raw bytes.
--
-- hub and github are both such places. Every request has an id of its own, X-Request-Id, by which
-- the hub's `show requests` tells it from others.
local http = require "story.http"
local json = require "story.json"
local report = require "story.report"

local M = {}
local n_requests = 0

-- -- replies -------------------------------------------------------------------------------------

local Reply = {}
Reply.__index = Reply

function Reply:header(name)
	return self.head:header(name)
end

function Reply:all(name)
	return self.head:all(name)
end

function Reply:json()
	local ok, value = pcall(json.decode, self.body)
	if not ok then report.fail(("%s: %s"):format(self.asked, value)) end
	return value
end

local function describe(reply)
	local lines = { ("  %s\n  HTTP/1.1 %d %s"):format(reply.asked, reply.status, reply.reason) }
	for name, values in pairs(reply.head.fields) do
		lines[#lines + 1] = "  " .. name .. ": " .. table.concat(values, " | ")
	end
	table.sort(lines, function(a, b) return a:sub(3, 6) == "HTTP" and b:sub(3, 6) ~= "HTTP" end)
	lines[#lines + 1] = "  " .. reply.body:sub(1, 600)
	return table.concat(lines, "\n")
end

function Reply:fail(why)
	report.fail(why .. "\n" .. describe(self))
end

-- A number.
function Reply:expect(status)
	report.count()
	if self.status ~= status then
		self:fail("expected " .. status .. ", got " .. self.status)
	end
	return self
end

-- wanted: the value; nil, to be there at all; false, not to be there.
function Reply:expect_header(name, wanted)
	report.count()
	local value = self:header(name)
	if wanted == false and value then self:fail(("expected no %s"):format(name)) end
	if wanted == nil and not value then self:fail(("expected %s"):format(name)) end
	if wanted and value ~= tostring(wanted) then
		self:fail(("expected %s: %s, got %s"):format(name, wanted, value))
	end
	return self
end

-- A pattern of Lua's.
function Reply:expect_match(name, pattern)
	report.count()
	local value = self:header(name)
	if not value or not value:find(pattern) then
		self:fail(("expected %s to match %q, got %s"):format(name, pattern, value))
	end
	return self
end

function Reply:expect_body(wanted)
	report.count()
	if self.body ~= wanted then
		local at = 1
		while self.body:byte(at) == wanted:byte(at) do at = at + 1 end
		self:fail(("the body (%d bytes) differs from the expected (%d bytes) at byte %d")
			:format(#self.body, #wanted, at))
	end
	return self
end

-- members: { name = value } that the JSON object must have, among others.
function Reply:expect_json(members)
	local value = self:json()
	for name, wanted in pairs(members) do
		report.count()
		if value[name] ~= wanted then
			self:fail(("expected member %s to be %s, got %s"):format(name,
				json.encode(wanted), json.encode(value[name])))
		end
	end
	return self
end

-- The URL that Link calls `rel`, or nil.
function Reply:link(rel)
	for url, word in (self:header("link") or ""):gmatch('<([^>]*)>;%s*rel="([^"]*)"') do
		if word == rel then return url end
	end
end

-- -- requests under way --------------------------------------------------------------------------

local Pending = {}
Pending.__index = Pending

-- Nothing at all has come yet.
function Pending:expect_pending()
	report.count()
	if self.reply then report.fail(self.asked .. " was answered before") end
	local how = self.conn:fill(0)
	if how == "timeout" and self.conn.buffer == "" then return self end
	report.fail(("expected %s to be pending, but it has: %s%s"):format(self.asked,
		self.conn.buffer:sub(1, 600), how == "closed" and " (closed)" or ""))
end

-- The reply, waiting for it when it is not there yet.
function Pending:wait()
	if self.reply then return self.reply end
	local ok, head, body = pcall(function()
		local head = self.conn:read_head()
		return head, self.conn:read_body(head, self.method)
	end)
	if not ok then report.fail(("%s: %s"):format(self.asked, head)) end
	if #self.conn.buffer > 0 then
		report.fail(("%s: more than one reply: %q"):format(self.asked,
			self.conn.buffer:sub(1, 300)))
	end
	if not self.keeps then self.conn:close() end
	self.reply = setmetatable({ head = head, status = head.status, reason = head.reason,
		body = body, asked = self.asked }, Reply)
	return self.reply
end

function Pending:expect(status)
	return self:wait():expect(status)
end

-- The client leaves.
function Pending:leave()
	self.conn:close()
end

-- -- places --------------------------------------------------------------------------------------

local Client = {}
Client.__index = Client
M.Client = Client

function M.new(place, extra)
	local client = extra or {}
	client.place = place
	return setmetatable(client, Client)
end

function Client:connect(how)
	local place = setmetatable(how or {}, { __index = self.place })
	local conn, why = http.connect(place)
	if not conn then
		report.fail(("connecting to %s: %s"):format(place.path or place.port, why))
	end
	report.at_end(function() conn:close() end)
	return conn
end

-- { method, path, headers, body, conn, receive_bytes }: sent, and not waited for. With `conn` it
-- goes over that connection, which stays open.
function Client:send(ask)
	local headers = {}
	n_requests = n_requests + 1
	for name, value in pairs(ask.headers or {}) do headers[name] = value end
	local id = headers["X-Request-Id"] or "story-" .. n_requests
	headers["X-Request-Id"] = id
	if headers.Host == nil then headers.Host = self.place.host end
	local method = ask.method or "GET"
	local conn = ask.conn or self:connect { receive_bytes = ask.receive_bytes }
	local body = ask.body
	if type(body) == "table" then
		body = json.encode(body)
		headers["Content-Type"] = headers["Content-Type"] or "application/json"
	end
	conn:send(http.render(method, ask.path, headers, body))
	return setmetatable({ conn = conn, keeps = ask.conn ~= nil, method = method, id = id,
		asked = method .. " " .. ask.path }, Pending)
end

function Client:request(ask)
	return self:send(ask):wait()
end

function Client:get(path, headers)
	return self:request { path = path, headers = headers }
end

function Client:head(path, headers)
	return self:request { method = "HEAD", path = path, headers = headers }
end

function Client:post(path, body, headers)
	return self:request { method = "POST", path = path, body = body or "", headers = headers }
end

function Client:put(path, body, headers)
	return self:request { method = "PUT", path = path, body = body or "", headers = headers }
end

function Client:patch(path, body, headers)
	return self:request { method = "PATCH", path = path, body = body or "", headers = headers }
end

function Client:delete(path, headers)
	return self:request { method = "DELETE", path = path, headers = headers }
end

-- Raw bytes on a connection of their own: { conn, head, body, closed }. head is nil when the
-- other side closes without a word.
function Client:raw(bytes)
	local conn = self:connect()
	conn:send(bytes)
	return conn
end

return M
