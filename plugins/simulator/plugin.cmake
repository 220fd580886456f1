set(LIBS PkgConfig::JANSSON PkgConfig::SSL)
set(TEST_SOURCES answer.c api_actions.c api_app.c api_git.c api_graphql.c api_issues.c api_meta.c
	api_notifications.c api_repos.c api_runners.c api_search.c api_users.c call.c control.c
	control_app.c control_limit.c engine.c etag.c gql.c gql_change.c gql_check.c gql_cost.c
	gql_list.c gql_repo.c gql_run.c gql_schema.c journal.c jwt.c limit.c odd.c options.c
	page.c party.c permit.c routes.c script.c secondary.c seed.c shapes.c shapes_actions.c
	stats.c tally.c text.c token.c turn.c who.c world.c)
