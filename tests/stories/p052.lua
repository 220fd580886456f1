-- p052: a changed secret file is read anew within half a minute, and the configuration
-- file, which somebody is editing, is not.
local t = require "story"
local github = t.github()
local path = os.tmpname()

local function put(text)
	local file = assert(io.open(path .. ".new", "w"))
	file:write(text, "\n")
	file:close()
	assert(os.rename(path .. ".new", path))
end

put("ghp_first")
local hub = t.hub { upstream = github, clock = "held",
	config = { credential = { token = "${file:" .. path .. "}" }, http = { max_batch = 9 } } }

github:token { add = "ghp_first" }
github:token { add = "ghp_second" }

local function hash_of_who_pays()
	hub:get("/users/octocat", { ["Cache-Control"] = "no-cache" }):expect(200)
	local seen = github:requests { target = "/users/octocat" }
	return seen[#seen].token_hash
end

local function generation() return hub:show("generations")[1].generation end

t.clock:advance(31) -- it was written while the configuration was being read: looked at once more
hub:eventually("the first setup to go", function() return #hub:show("generations") == 1 end)
local before = generation()
t.clock:advance(31)
t.expect_equal(generation(), before, "the generation while nothing changes")

local first = hash_of_who_pays()
put("ghp_second")
hub:write_config("http: {max_batch: 3")
t.clock:advance(31)
hub:eventually("the old setup to go", function() return #hub:show("generations") == 1 end)
t.expect_equal(generation(), before + 1, "the generation with a new token")
local receipt = hub:show("reload")
t.expect_equal(receipt.cause, "secrets", "why it was reloaded")
t.expect_equal(#receipt.changed, 1, "options that changed")
t.expect_equal(receipt.changed[1].option, "credential.token", "the option that changed")
t.expect_equal(receipt.changed[1].new, "***", "what the receipt shows of it")
t.expect_equal(hub:show("config").http.max_batch, 9, "max_batch, whatever stands in the file now")

t.expect(hash_of_who_pays() ~= first, "the old token still pays")

-- a file that can not be used changes nothing, and is taken when it can
os.remove(path)
t.clock:advance(31)
t.expect_equal(hub:show("reload").ok, false, "a reload without the file")
t.expect_equal(generation(), before + 1, "the generation without the file")
put("ghp_first")
t.clock:advance(31)
t.expect_equal(hub:show("reload").ok, true, "a reload with the file")
t.expect_equal(hash_of_who_pays(), first, "who pays at last")
local all = hub.daemon:stderr()
for _, secret in ipairs { "ghp_first", "ghp_second" } do
	t.expect(not all:find(secret, 1, true), "a secret is in the log")
end
os.remove(path)
