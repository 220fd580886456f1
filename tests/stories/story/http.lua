-- http - one client connection, byte for byte what the story wants, and replies read strictly.
--
-- A reply that does not end where its head says is an error of its own, so a story never
-- mistakes half an answer for a whole one. No waiting without an end: every read has a limit.
local socket = require "socket"
local unix = require "socket.unix"

local M = {}

-- Longer than anything takes even under a sanitizer on a busy machine; a story that meets it
-- has failed.
M.PATIENCE_S = 20

local Conn = {}
Conn.__index = Conn

-- place: { port = … } on 127.0.0.1, or { path = … } of a Unix socket. nil and why when refused.
function M.connect(place)
	local sock = place.path and unix.stream() or socket.tcp4()
	sock:settimeout(M.PATIENCE_S)
	local ok, why
	if place.path then
		ok, why = sock:connect(place.path)
	else
		if place.receive_bytes then
			sock:setoption("recv-buffer-size", place.receive_bytes)
		end
		ok, why = sock:connect("127.0.0.1", place.port)
	end
	if not ok then
		sock:close()
		return nil, why
	end
	sock:settimeout(0)
	return setmetatable({ sock = sock, buffer = "" }, Conn)
end

-- The other way round: a place that listens on a free port, and accept() for who comes.
function M.listen()
	local sock = assert(socket.tcp4())
	assert(sock:bind("127.0.0.1", 0))
	assert(sock:listen(16))
	sock:settimeout(M.PATIENCE_S)
	local _, port = sock:getsockname()
	local place = { port = math.tointeger(tonumber(port)), sock = sock }
	function place:accept()
		local peer = assert(self.sock:accept())
		peer:settimeout(0)
		return setmetatable({ sock = peer, buffer = "" }, Conn)
	end
	return place
end

function Conn:close()
	if self.sock then self.sock:close() end
	self.sock = nil
end

-- Takes what is there. True: bytes came. Else "timeout" or "closed".
function Conn:fill(wait_s)
	if self.eof then return "closed" end
	if not self.sock then error("this connection was closed by the story", 0) end
	socket.select({ self.sock }, nil, wait_s)
	local bytes, why, partial = self.sock:receive(65536)
	bytes = bytes or partial
	if bytes and #bytes > 0 then
		self.buffer = self.buffer .. bytes
		return true
	end
	if why == "timeout" then return "timeout" end
	self.eof = true
	return "closed"
end

-- Writes everything; false when the other side closed.
function Conn:send(bytes)
	local at, limit = 1, socket.gettime() + M.PATIENCE_S
	while at <= #bytes do
		local last, why, partial = self.sock:send(bytes, at)
		at = (last or partial or at - 1) + 1
		if not last and why ~= "timeout" then return false end
		if not last then socket.select(nil, { self.sock }, 1) end
		if socket.gettime() > limit then error("nobody takes the request's bytes", 0) end
	end
	return true
end

-- `n` bytes off the front of what was read.
local function cut(self, n)
	local bytes = self.buffer:sub(1, n)
	self.buffer = self.buffer:sub(n + 1)
	return bytes
end

local function need(self, limit, what)
	local how = self:fill(math.max(0, limit - socket.gettime()))
	if how == true then return end
	if how == "timeout" and socket.gettime() < limit then return end
	error(("the reply's %s did not come: %s after %q"):format(what, how,
		self.buffer:sub(1, 200)), 0)
end

local function take(self, n, limit, what)
	if #self.buffer < n then
		local parts, have = { self.buffer }, #self.buffer
		while have < n do -- piece by piece: a large body is not copied for each
			self.buffer = ""
			need(self, limit, what)
			parts[#parts + 1] = self.buffer
			have = have + #self.buffer
		end
		self.buffer = table.concat(parts)
	end
	return cut(self, n)
end

local function take_line(self, limit, what)
	while true do
		local stop = self.buffer:find("\r\n", 1, true)
		if stop then
			local line = self.buffer:sub(1, stop - 1)
			cut(self, stop + 1)
			return line
		end
		need(self, limit, what)
	end
end

local function read_chunks(self, limit)
	local parts = {}
	while true do
		local size = tonumber(take_line(self, limit, "chunk"):match("^%x+"), 16)
		if not size then error("the reply's chunk has no size", 0) end
		if size == 0 then break end
		parts[#parts + 1] = take(self, size, limit, "chunk")
		if take(self, 2, limit, "chunk") ~= "\r\n" then
			error("the reply's chunk does not end where it says", 0)
		end
	end
	while take_line(self, limit, "trailer") ~= "" do end
	return table.concat(parts)
end

local function read_to_end(self, limit)
	while not self.eof do
		local how = self:fill(math.max(0, limit - socket.gettime()))
		if how == "timeout" and socket.gettime() >= limit then
			error("the reply's end did not come", 0)
		end
	end
	return cut(self, #self.buffer)
end

local Head = {}
Head.__index = Head

-- All values of a field in their order.
function Head:all(name)
	return self.fields[name:lower()] or {}
end

-- The first value, or nil.
function Head:header(name)
	return self:all(name)[1]
end

-- The bytes of a request's head, for who plays the server.
function Conn:read_request()
	local limit, lines = socket.gettime() + M.PATIENCE_S, {}
	repeat
		lines[#lines + 1] = take_line(self, limit, "request")
	until lines[#lines] == ""
	return table.concat(lines, "\r\n")
end

-- Head of the next reply: { status, reason, fields }; interim ones (1xx) are counted and skipped.
function Conn:read_head(limit)
	limit = limit or socket.gettime() + M.PATIENCE_S
	local head = setmetatable({ fields = {}, interim = {} }, Head)
	while true do
		local line = take_line(self, limit, "status line")
		local status, reason = line:match("^HTTP/1%.1 (%d%d%d) ?(.*)$")
		if not status then error(("no status line: %q"):format(line), 0) end
		head.status, head.reason, head.fields = tonumber(status), reason, {}
		repeat
			line = take_line(self, limit, "head")
			local name, value = line:match("^([^%s:]+):[ \t]*(.-)[ \t]*$")
			if name then
				local all = head.fields[name:lower()] or {}
				all[#all + 1] = value
				head.fields[name:lower()] = all
			elseif line ~= "" then
				error(("no header line: %q"):format(line), 0)
			end
		until line == ""
		if head.status >= 200 then return head end
		head.interim[#head.interim + 1] = head.status
	end
end

-- The body that belongs to `head`, the answer to `method`.
function Conn:read_body(head, method, limit)
	limit = limit or socket.gettime() + M.PATIENCE_S
	local status = head.status
	if method == "HEAD" or status == 204 or status == 304 then return "" end
	local length = head:header("content-length")
	if head:header("transfer-encoding") then
		if length then error("a reply with Content-Length and Transfer-Encoding", 0) end
		return read_chunks(self, limit)
	end
	if length then return take(self, tonumber(length), limit, "body") end
	return read_to_end(self, limit)
end

-- True when the other side closes within the patience; what it still says is in self.buffer.
function Conn:wait_closed(wait_s)
	local limit = socket.gettime() + (wait_s or M.PATIENCE_S)
	while socket.gettime() < limit do
		if self:fill(math.max(0, limit - socket.gettime())) == "closed" then return true end
	end
	return false
end

-- The bytes of a request. headers: { ["Name"] = "value" or { "one", "two" } }, false drops a
-- default. A body gets a Content-Length.
function M.render(method, target, headers, body)
	local lines, seen = { method .. " " .. target .. " HTTP/1.1" }, {}
	local names = {}
	for name in pairs(headers) do names[#names + 1] = name end
	table.sort(names)
	for _, name in ipairs(names) do
		local value = headers[name]
		seen[name:lower()] = true
		for _, v in ipairs(type(value) == "table" and value or { value or nil }) do
			lines[#lines + 1] = name .. ": " .. v
		end
	end
	if not seen.host then table.insert(lines, 2, "Host: localhost") end
	if body and not seen["content-length"] and not seen["transfer-encoding"] then
		lines[#lines + 1] = "Content-Length: " .. #body
	end
	return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or "")
end

return M
