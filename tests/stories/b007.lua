-- b007: all pages of 95 issues pass through hubgate when a client follows Link.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github }

local url, seen, n, n_pages = hub.url .. "/repos/octo-org/hello-world/issues?per_page=30", {}, 0, 0
while url do
	t.expect_equal(url:sub(1, #hub.url), hub.url, "the base of the next page")
	local page = hub:get(url:sub(#hub.url + 1)):expect(200)
	for _, issue in ipairs(page:json()) do
		t.expect(not seen[issue.number], "an issue came twice")
		seen[issue.number] = true
		n = n + 1
	end
	n_pages = n_pages + 1
	url = page:link("next")
end
t.expect_equal(n, 95, "the number of issues")
t.expect_equal(n_pages, 4, "the number of pages")
github:expect_requests(4)
