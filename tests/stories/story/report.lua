-- report - what a story found: failures with the story's own line, and what is to do at its end.
local M = { n_checked = 0, story = "?" }

local ends = {}

-- "d020.lua:9: …": the line of the story, however deep the harness noticed.
function M.fail(why)
	local where = ""
	for level = 2, 40 do
		local info = debug.getinfo(level, "Sl")
		if not info then break end
		if info.source == "@" .. M.path then
			where = M.story .. ":" .. info.currentline .. ": "
			break
		end
	end
	error(where .. why, 0)
end

-- One expectation was looked at. A story without any proves nothing and fails.
function M.count()
	M.n_checked = M.n_checked + 1
end

-- Runs in reverse order when the story is over, whatever came of it.
function M.at_end(fn)
	ends[#ends + 1] = fn
end

-- Returns what went wrong, a list.
function M.run_ends()
	local wrong = {}
	for i = #ends, 1, -1 do
		local ok, why = pcall(ends[i])
		if not ok then wrong[#wrong + 1] = tostring(why) end
	end
	ends = {}
	return wrong
end

return M
