-- rows - the parser's table of messages (tests/unit/front/http1_rows.h) for stories: one table,
-- whatever they come over.
--
--     for _, row in ipairs(rows.bad()) do … row.name, row.bytes, row.status … end
local M = {}

local function read_table()
	local here = debug.getinfo(1, "S").source:match("^@(.*)/stories/story/")
	local file = assert(io.open(here .. "/unit/front/http1_rows.h", "rb"))
	local text = file:read("a")
	file:close()
	return text
end

-- As Lua reads it: \x takes two digits in both here, \0 is no octal number.
local function unescape(literal)
	local simple = { r = "\r", n = "\n", t = "\t", ["\\"] = "\\", ['"'] = '"', ["0"] = "\0" }
	literal = literal:gsub("\\x(%x%x)", function(hex)
		return ("\\%03d"):format(tonumber(hex, 16)):gsub("^\\", "\1")
	end)
	literal = literal:gsub("\\(.)", function(c) return assert(simple[c], "\\" .. c) end)
	return (literal:gsub("\1(%d%d%d)", function(n) return string.char(tonumber(n)) end))
end

-- { { text = …, is_literal = … }, … } of one row: names and string literals in their order.
local function pieces_of(row)
	local list, at = {}, 1
	while at <= #row do
		if row:sub(at, at) == '"' then
			local stop = at + 1
			while row:sub(stop, stop) ~= '"' do
				stop = stop + (row:sub(stop, stop) == "\\" and 2 or 1)
			end
			list[#list + 1] = { text = unescape(row:sub(at + 1, stop - 1)),
				is_literal = true }
			at = stop + 1
		else
			local word = row:match("^[%w_]+", at)
			if word then list[#list + 1] = { text = word } end
			at = at + (word and #word or 1)
		end
	end
	return list
end

local function expand(pieces)
	local text = {}
	local get, post = "GET / HTTP/1.1\r\nHost: h\r\n", "POST / HTTP/1.1\r\nHost: h\r\n"
	local macros = { GET = get, POST = post,
		CHUNKED = post .. "Transfer-Encoding: chunked\r\n\r\n" }
	local form
	for i = 2, #pieces - 1 do -- the name stands before, what is wanted behind
		local p = pieces[i]
		if p.is_literal then
			text[#text + 1] = p.text
		elseif macros[p.text] then
			text[#text + 1] = macros[p.text]
		else
			form = p.text
		end
	end
	text = table.concat(text)
	if form == "TARGET" then return "GET " .. text .. " HTTP/1.1\r\nHost: h\r\n\r\n" end
	if form == "HOST" then return "GET / HTTP/1.1\r\nHost: " .. text .. "\r\n\r\n" end
	assert(form == "B", "an unknown form of row: " .. tostring(form))
	return text
end

-- Those that are answered with an error.
function M.bad()
	local list = {}
	local body = read_table():match("static const struct row rows%[%] = {\n(.*)\n};")
	body = body:gsub("/%*.-%*/", "")
	for row in (body .. "\n"):gmatch("\t(%b{}),\n") do
		local pieces = pieces_of(row)
		local want = pieces[#pieces]
		local status = want.is_literal and want.text:match("^(%d%d%d) ")
		if status then
			-- a Host that is let in: what is wrong with a body is seen behind that
			local bytes = expand(pieces):gsub("Host: h\r\n", "Host: localhost\r\n")
			list[#list + 1] = { name = pieces[1].text, status = tonumber(status),
				bytes = bytes }
		end
	end
	return list
end

return M
