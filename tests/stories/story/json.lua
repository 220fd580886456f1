-- json - JSON text to Lua values and back.
--
-- null is json.null, so that an object keeps its member. A list that may be empty is made by
-- json.list{}: an empty Lua table is an object otherwise. Configurations are written with it
-- as well, since hubgate reads JSON where it reads YAML.
local M = { null = setmetatable({}, { __tostring = function() return "null" end }) }

local LIST = { __name = "list" }

function M.list(t)
	return setmetatable(t or {}, LIST)
end

-- -- writing -------------------------------------------------------------------------------------

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quote(s)
	return '"' .. s:gsub('[%c"\\\127]', function(c)
		return ESCAPES[c] or ("\\u%04x"):format(c:byte())
	end) .. '"'
end

local function is_list(t)
	return getmetatable(t) == LIST or t[1] ~= nil
end

local encode

local function encode_table(t)
	local parts = {}
	if is_list(t) then
		for i, v in ipairs(t) do parts[i] = encode(v) end
		return "[" .. table.concat(parts, ",") .. "]"
	end
	for k, v in pairs(t) do parts[#parts + 1] = quote(tostring(k)) .. ":" .. encode(v) end
	table.sort(parts) -- the same table gives the same text
	return "{" .. table.concat(parts, ",") .. "}"
end

function encode(v)
	if v == M.null or v == nil then return "null" end
	local kind = type(v)
	if kind == "string" then return quote(v) end
	if kind == "boolean" then return tostring(v) end
	if kind == "table" then return encode_table(v) end
	if math.type(v) == "integer" then return ("%d"):format(v) end
	if kind == "number" and v == v and v ~= math.huge and v ~= -math.huge then
		return ("%.17g"):format(v)
	end
	error("no JSON for a " .. kind)
end
M.encode = encode

-- -- reading -------------------------------------------------------------------------------------

local WORDS = { ["true"] = true, ["false"] = false, null = M.null }
local SHORT = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function fail(s, at, why)
	error(("JSON: %s at byte %d: %s"):format(why, at, s:sub(at, at + 30)), 0)
end

local function skip(s, at)
	return s:find("[^ \t\r\n]", at) or #s + 1
end

local function read_escape(s, at)
	local c = s:sub(at, at)
	if c ~= "u" then return SHORT[c] or c, at + 1 end
	local code = tonumber(s:match("^%x%x%x%x", at + 1) or fail(s, at, "bad escape"), 16)
	at = at + 5
	if code >= 0xD800 and code < 0xDC00 then
		local low = s:match("^\\u(%x%x%x%x)", at) or fail(s, at, "half a pair")
		low = tonumber(low, 16)
		code = 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00)
		at = at + 6
	end
	return utf8.char(code), at
end

local function read_string(s, at)
	local parts = {}
	at = at + 1
	while true do
		local stop = s:find('["\\%c]', at)
		if not stop then fail(s, at, "string without an end") end
		parts[#parts + 1] = s:sub(at, stop - 1)
		local c = s:sub(stop, stop)
		if c == '"' then return table.concat(parts), stop + 1 end
		if c ~= "\\" then fail(s, stop, "control byte in a string") end
		parts[#parts + 1], at = read_escape(s, stop + 1)
	end
end

local read

local function read_list(s, at)
	local list = M.list()
	at = skip(s, at + 1)
	if s:sub(at, at) == "]" then return list, at + 1 end
	while true do
		list[#list + 1], at = read(s, at)
		at = skip(s, at)
		local c = s:sub(at, at)
		if c == "]" then return list, at + 1 end
		if c ~= "," then fail(s, at, "expected , or ]") end
		at = at + 1
	end
end

local function read_object(s, at)
	local object = {}
	at = skip(s, at + 1)
	if s:sub(at, at) == "}" then return object, at + 1 end
	while true do
		local key
		at = skip(s, at)
		if s:sub(at, at) ~= '"' then fail(s, at, "expected a name") end
		key, at = read_string(s, at)
		at = skip(s, at)
		if s:sub(at, at) ~= ":" then fail(s, at, "expected :") end
		object[key], at = read(s, at + 1)
		at = skip(s, at)
		local c = s:sub(at, at)
		if c == "}" then return object, at + 1 end
		if c ~= "," then fail(s, at, "expected , or }") end
		at = at + 1
	end
end

function read(s, at)
	at = skip(s, at)
	local c = s:sub(at, at)
	if c == "{" then return read_object(s, at) end
	if c == "[" then return read_list(s, at) end
	if c == '"' then return read_string(s, at) end
	local word = s:match("^%l+", at)
	if word and WORDS[word] ~= nil then return WORDS[word], at + #word end
	local number = s:match("^-?%d+%.?%d*[eE]?[+-]?%d*", at)
	if not number then fail(s, at, "no value") end
	return math.tointeger(tonumber(number)) or tonumber(number), at + #number
end

-- The value, or an error that says where the text is wrong.
function M.decode(s)
	local value, at = read(s, 1)
	if skip(s, at) <= #s then fail(s, at, "something after the value") end
	return value
end

return M
