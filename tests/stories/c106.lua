-- c106: what changes costs one point, however many watch it with tokens of their own.
local t = require "story"
local names = { "One", "Two", "Three" }
local tokens = { "ghp_storyOne=octocat", "ghp_storyTwo=hubot", "ghp_storyThree=monalisa" }
local github = t.github { tokens = tokens }
local hub = t.hub { upstream = github }
local function as(name)
	return { Authorization = "Bearer ghp_story" .. name, ["Cache-Control"] = "no-cache" }
end

local path = "/repos/octo-org/hello-world/issues/7"
local function all_see(text)
	local spent, body = github:spent(), nil
	for _, name in ipairs(names) do
		local reply = hub:get(path, as(name)):expect(200)
		body = body or reply.body
		reply:expect_body(body)
	end
	t.expect_equal(github:spent() - spent, 1, text)
	return body
end
-- `no-cache` asks GitHub each time; the first has it whole, the others prove that they may see it
local first = all_see("the first copies")
for n = 1, 3 do
	github:touch { repo = "octo-org/hello-world", issue = 7 }
	t.expect(all_see("change " .. n) ~= first, "the old body")
end
-- nothing has changed: nothing is paid
local spent = github:spent()
for _, name in ipairs(names) do hub:get(path, as(name)):expect(200) end
github:expect_spent(spent)
github:touch { repo = "octo-org/hello-world", issue = 7 }
all_see("a change after a quiet time")
