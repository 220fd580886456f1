-- x061: `show config` hides what came from outside by ${…}, as a reload's receipt does.
local t = require "story"
local github = t.github()
local secret = "ghp_thisStandsWhereNoSecretBelongs0000000"
local how = { upstream = github, clock = "held", env = { SOME_FILE = secret },
	plugins = { { use = "options", patience = "7s" } } }
local hub = t.hub(how)

how.config = { upstream = { ca_file = "/${env:SOME_FILE}" } }
local receipt = hub:reload(how):expect(200).body
t.expect(receipt:find("upstream.ca_file", 1, true), "the receipt does not say what has changed")
t.expect(not receipt:find(secret, 1, true), "the receipt shows it")
t.expect_equal(hub:show("config").upstream.ca_file, "***", "what `show config` says")
t.expect(not hub:admin("GET", "/show/config").body:find(secret, 1, true), "`show config` shows it")
