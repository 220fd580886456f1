-- p010: what makes a start impossible is one clear line and exit 1.
local t = require "story"

t.no_start({ plugins = { "cashe" } }, "cashe")
t.no_start({ plugins = { { use = "cache", max_bites = "1MiB" } } }, "max_bytes")
t.no_start({ plugins = { { use = "cache", max_bytes = "1" } } }, "max_bytes")
t.no_start({ plugins = { "cache", "cache" } }, "name")
t.no_start({ config = { htp = {} } }, "http")
t.no_start({ config = { upstream = { base_url = "http://github.example.com" } } }, "https")
t.no_start({ config = { dispatch = { strategy = "generous" } } }, "conservative")
