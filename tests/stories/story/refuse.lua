-- refuse - runs a story that is false and is content when it fails for the reason that its first
-- line names:
--
--     lua5.4 refuse.lua false/status.lua lua5.4 run.lua HUBGATE PLUGINS false/status.lua
local function quote(s)
	return "'" .. s:gsub("'", "'\\''") .. "'"
end

local file = assert(io.open(arg[1]))
local wanted = assert(file:read("l"):match("^%-%- says: (.+)$"), "the first line is not `says:`")
file:close()

local words = {}
for i = 2, #arg do words[#words + 1] = quote(arg[i]) end
local pipe = assert(io.popen(table.concat(words, " ") .. " 2>&1", "r"))
local text = pipe:read("a")
if pipe:close() then
	print(text)
	print("a false story passed")
	os.exit(1)
end
if not text:find(wanted, 1, true) then
	print(text)
	print("it failed, but not because: " .. wanted)
	os.exit(1)
end
print("refused, as it must be: " .. wanted)
