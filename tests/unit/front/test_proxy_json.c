/* What the front rewrites on its way: URLs in bodies of JSON, entity tags. */
#include "proxy_probe.h"

#define A "https://api.github.com"
#define MARK "-hg1-b8041b5396c604f4" /* of http://localhost/api/v3 */

static const struct hg_field json[] = { FIELD("Content-Type", "application/json; charset=utf-8"),
	FIELD("Content-Length", "52"), FIELD("ETag", "W/\"5d\"") };

static void urls_in_a_body_of_json_lead_back_however_it_is_cut(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "GET /api/v3/user HTTP/1.1\r\nHost: localhost\r\n\r\n");
	world_give_head(&w, 0, 200, json, 3);
	world_give(&w, 0, "{\"url\":\"https://api.git");
	world_give(&w, 0, "hub.com/user\",\"b\":1,\"c\":");
	world_give(&w, 0, "null}");
	world_finish(&w, 0);
	const char *heard = peer_hear(p);
	assert_null(strstr(heard, "Content-Length"));
	assert_non_null(strstr(heard, "Transfer-Encoding: chunked\r\n"));
	assert_non_null(strstr(heard, "ETag: W/\"5d" MARK "\"\r\n"));
	assert_non_null(strstr(heard, "\r\n\r\n8\r\n{\"url\":\"\r\n28\r\nhttp://localhost/api/v3/"
				      "user\",\"b\":1,\"c\":\r\n"
				      "5\r\nnull}\r\n0\r\n\r\n"));
	assert_false(p->closed || p->reset);
	world_stop(&w);
}

static void what_a_cut_body_held_back_is_not_lost(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, GET("/user"));
	world_give_head(&w, 0, 200, json, 1);
	world_give(&w, 0, "{\"url\":\"https://api");
	world_finish(&w, 0);
	assert_non_null(strstr(peer_hear(p), "\r\nb\r\nhttps://api\r\n0\r\n\r\n"));
	world_stop(&w);
}

static void a_body_of_json_shorter_than_announced_is_cut(void **state)
{
	(void)state;
	static const char *const versions[] = { "1.1", "1.0" };

	for (unsigned i = 0; i < 2; i++) {
		struct world w;
		struct peer *p = start(&w);
		char get[80];
		(void)snprintf(get, sizeof(get), "GET /user HTTP/%s\r\nHost: localhost\r\n\r\n",
			versions[i]);
		peer_say(p, get);
		world_give_head(&w, 0, 200, json, 3);
		world_give(&w, 0, "{\"url\":1}");
		world_finish(&w, 0);
		const char *heard = peer_hear(p);
		assert_null(strstr(heard, "0\r\n\r\n"));
		assert_true(p->closed || p->reset);
		assert_int_equal(p->reset, i == 1); /* an end by FIN would look like a whole body */
		world_stop(&w);
	}
}

static void a_client_that_came_as_github_gets_githubs_bytes(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	w.listener.is_unix = true;
	peer_say(p, "GET /user HTTP/1.1\r\nHost: api.github.com\r\n\r\n");
	world_give_head(&w, 0, 200, json, 3);
	world_give(&w, 0, "{\"url\":\"" A "/user\",\"name\":\"abcde\"}");
	world_finish(&w, 0);
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "Content-Length: 52\r\n"));
	assert_non_null(strstr(heard, "ETag: W/\"5d\"\r\n"));
	assert_non_null(strstr(heard, "{\"url\":\"" A "/user\",\"name\":\"abcde\"}"));
	assert_int_equal(w.tickets[0]->ask.entrance, HG_GITHUB_REST);
	/* gh release upload */
	peer_say(p, "GET /repos/o/r/releases/1 HTTP/1.1\r\nHost: uploads.github.com\r\n\r\n");
	assert_int_equal(w.tickets[1]->ask.entrance, HG_GITHUB_UPLOADS);
	w.listener.is_unix = false;
	peer_say(world_connect(&w), "GET /user HTTP/1.1\r\nHost: uploads.github.com\r\n\r\n");
	assert_int_equal(w.n_tickets, 2); /* elsewhere that is no name of ours */
	world_stop(&w);
}

static void our_entity_tags_reach_github_as_its_own(void **state)
{
	(void)state;
	struct world w;
	struct peer *p = start(&w);

	peer_say(p, "GET /api/v3/user HTTP/1.1\r\nHost: localhost\r\n"
		    "If-None-Match: W/\"5d" MARK "\", \"x\"\r\n\r\n");
	const struct hg_ask *a = &w.tickets[0]->ask;
	assert_int_equal(a->n_fields, 1);
	assert_true(hg_str_is(a->fields[0].value, HG_STR("W/\"5d\", \"x\"")));
	world_give_head(&w, 0, 304, &json[2], 1);
	world_finish(&w, 0);
	const char *heard = peer_hear(p);
	assert_non_null(strstr(heard, "HTTP/1.1 304 "));
	assert_non_null(strstr(heard, "ETag: W/\"5d" MARK "\"\r\n"));
	world_stop(&w);
}

static void owned_validators_are_held_against_our_tag(void **state)
{
	(void)state;
	static const struct {
		const char *tag;
		bool unchanged;
	} rows[] = { { "\"5d" MARK "\"", true }, { "\"5d\"", false } };

	for (unsigned i = 0; i < 2; i++) {
		struct world w;
		struct peer *p = start(&w);
		char get[160];
		probe.own_validators = true;
		(void)snprintf(get, sizeof(get),
			"GET /api/v3/user HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: %s\r\n\r\n",
			rows[i].tag);
		peer_say(p, get);
		world_give_head(&w, 0, 200, json, 3);
		assert_int_equal(strstr(peer_hear(p), "HTTP/1.1 304 ") != NULL, rows[i].unchanged);
		world_stop(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_in_a_body_of_json_lead_back_however_it_is_cut),
		cmocka_unit_test(what_a_cut_body_held_back_is_not_lost),
		cmocka_unit_test(a_body_of_json_shorter_than_announced_is_cut),
		cmocka_unit_test(a_client_that_came_as_github_gets_githubs_bytes),
		cmocka_unit_test(our_entity_tags_reach_github_as_its_own),
		cmocka_unit_test(owned_validators_are_held_against_our_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
