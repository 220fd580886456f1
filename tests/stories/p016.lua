-- p016: a component's log level can be changed while hubgate runs.
local t = require "story"
local github = t.github()
local hub = t.hub { upstream = github, config = { log = { level = "error" } } }

hub:raw("nonsense\r\n\r\n"):read_head()
t.expect(not hub.daemon:stderr():find("debug front:", 1, true), "debug was on")
hub:admin("POST", "/set/log?component=front&level=debug"):expect(200)
hub:raw("nonsense\r\n\r\n"):read_head()
t.expect(hub.daemon:stderr():find("debug front:", 1, true), "debug is not on")
hub:admin("POST", "/set/log?component=frnt&level=debug"):expect(400)
	:expect_json { message = 'there is no component "frnt"; there is host config front request '
		.. "dispatch upstream admin loop audit and each instance of `plugins:`; "
		.. "`hubgate show log` names all" }
hub:admin("POST", "/set/log?component=front&level=loud"):expect(400)
	:expect_json { message = 'there is no level "loud"; there is error warn info debug' }
