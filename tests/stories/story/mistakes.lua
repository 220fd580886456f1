-- mistakes - the cases of tests/mistakes: { text, said = { lines } }.
local report = require "story.report"

local M = {}

function M.read(name)
	local file = assert(io.open(report.path:match("^(.*)/") .. "/../mistakes/" .. name))
	local cases, case = {}, nil
	for line in file:lines() do
		local said = line:match("^  => (.*)$")
		if line == "" or line:sub(1, 1) == "#" then
			case = nil
		elseif said then
			case.said[#case.said + 1] = said
		else
			case = case or { text = "", said = {} }
			if case.text == "" then cases[#cases + 1] = case end
			case.text = case.text .. line .. "\n"
		end
	end
	file:close()
	return cases
end

return M
