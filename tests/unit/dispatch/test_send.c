#include "one_rig.h"

/* -- SEND -------------------------------------------------------------------------------------- */

static void on_send(void *self, struct hg_send *s)
{
	(void)self;
	assert_true(hg_str_is(hg_send_header(s, "accept"), HG_STR("text/x")));
	hg_send_set_header(s, "If-None-Match", HG_STR("\"abc\""));
	hg_send_set_header(s, "ACCEPT", HG_STR("text/y"));
	hg_send_set_header(s, "X-Gone", (struct hg_str){ 0 });
	hg_send_set_header(s, "X-Bad", HG_STR("a\r\nb: c"));
	hg_send_set_header(s, "Authorization", HG_STR("Bearer mine"));
}

static void plugins_set_headers_when_it_is_sent(void **state)
{
	(void)state;
	static const struct hg_plugin plugin = {
		.size = sizeof(plugin), .name = "sends", .on_send = on_send
	};
	static const struct hg_field fields[] = {
		{ { "X-Gone", 6 }, { "1", 1 } },
		{ { "Accept", 6 }, { "text/x", 6 } },
	};
	struct hg_instance *in = hg_instance_new("sends", &plugin, 0);
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/a", HG_CLASS_HIGH);

	rig.snapshot.send = (struct hg_hooks){ 1, { in } };
	t->ask.fields = fields;
	t->ask.n_fields = 2;
	t->ask.owns_validators = true;
	rig_submit(&rig, t);
	const struct hg_flight *f = rig.sent[0];
	assert_int_equal(f->n_fields, 2);
	assert_true(hg_str_is(hg_flight_field(f, "Accept"), HG_STR("text/y")));
	assert_true(hg_str_is(hg_flight_field(f, "If-None-Match"), HG_STR("\"abc\"")));
	assert_true(f->revalidates);
	rig_reply(&rig, 0, rig_head(304, NULL));
	rig_expect_whole(t, 304);
	hg_instance_free(in);
}

static struct {
	const char *tag;
} asks;

static void ask_with_tag(void *self, struct hg_send *s)
{
	(void)self;
	hg_send_set_header(s, "If-None-Match", hg_str(asks.tag));
}

/* Asks with a tag, and returns the tag of the 304 that is told. */
static const char *told_tag(const char *tag, bool owns, struct hg_head *head)
{
	static const struct hg_plugin plugin = {
		.size = sizeof(plugin), .name = "asks", .on_send = ask_with_tag
	};
	static char text[64];
	struct hg_instance *in = hg_instance_new("asks", &plugin, 0);
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/a", HG_CLASS_HIGH);
	unsigned i = rig.n_sent;

	asks.tag = tag;
	rig.snapshot.send = (struct hg_hooks){ 1, { in } };
	t->ask.owns_validators = owns;
	rig_submit(&rig, t);
	rig_answer(&rig, i, head);
	struct hg_str told = hg_head_find(rig.sent[i]->head, "ETag");
	(void)snprintf(text, sizeof(text), "%.*s", (int)told.n, told.p ? told.p : "");
	rig_end(&rig, i, HG_OK, true);
	rig_expect_whole(t, head->status);
	hg_head_unref(head);
	rig.snapshot.send = (struct hg_hooks){ 0 };
	hg_instance_free(in);
	return text;
}

static void a_304_without_a_tag_has_the_one_it_was_asked_with(void **state)
{
	static const char *const tags[] = { "\"1\"", "W/\"1\"", "\"\"" };
	static const char *const others[] = { "*", "\"1\", \"2\"", "", "1", "\"", "W/" };

	(void)state;
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		assert_string_equal(
			told_tag(tags[i], true, hg_head_ref(rig_head(304, "Date", "x", NULL))),
			tags[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_string_equal(
			told_tag(others[i], true, hg_head_ref(rig_head(304, NULL))), "");
	assert_string_equal(
		told_tag("\"1\"", true, hg_head_ref(rig_head(304, "ETag", "\"2\"", NULL))),
		"\"2\"");
	assert_string_equal(told_tag("\"1\"", true, hg_head_ref(rig_head(200, NULL))), "");
	/* a client's own question has only what GitHub said */
	assert_string_equal(told_tag("\"1\"", false, hg_head_ref(rig_head(304, NULL))), "");
}

static struct {
	uint64_t token, place;
	char tag[65];
} seen;

static void look(void *self, struct hg_send *s)
{
	(void)self;
	seen.token = hg_send_token(s);
	seen.place = hg_send_place(s);
	assert_true(hg_str_is(hg_send_route(s), HG_STR("GET /a")));
	assert_true(hg_send_model_tag(s, HG_STR("Authorization"), HG_STR("hello world"), seen.tag));
}

/* Sends it with that token of the client's (NULL: none of its own), and looks in SEND. */
static void look_with(const char *token, bool is_basic)
{
	static const struct hg_plugin plugin = {
		.size = sizeof(plugin), .name = "looks", .on_send = look
	};
	struct hg_instance *in = hg_instance_new("looks", &plugin, 0);
	struct hg_ticket *t = rig_ticket(&rig, "GET", "/a", HG_CLASS_HIGH);
	unsigned i = rig.n_sent;

	rig.snapshot.send = (struct hg_hooks){ 1, { in } };
	t->ask.route = HG_STR("GET /a");
	t->ask.token = token ? hg_secret_new(hg_str(token)) : NULL;
	t->ask.token_is_basic = is_basic;
	if (token)
		t->ask.scope = (struct hg_scope){ { (uint8_t)token[strlen(token) - 1] } };
	rig_submit(&rig, t);
	rig_reply(&rig, i, rig_head(304, NULL));
	struct hg_head_note note = t->note;
	assert_int_equal(note.token, seen.token);
	rig_expect_whole(t, 304);
	rig.snapshot.send = (struct hg_hooks){ 0 };
	hg_instance_free(in);
}

static void the_paying_token_is_told_apart_and_not_shown(void **state)
{
	(void)state;
	look_with("hunter1", false);
	uint64_t first = seen.token, place = seen.place;
	assert_true(first != 0);
	assert_string_equal(
		seen.tag, "ffe6e54ebaaaff92f2feaa4bf3a5fda8ff1d49a6a4f492101039cd7c091b7523");
	look_with("hunter2", false);
	assert_true(seen.token != first && seen.place == place);
	assert_string_not_equal(
		seen.tag, "ffe6e54ebaaaff92f2feaa4bf3a5fda8ff1d49a6a4f492101039cd7c091b7523");
	look_with("hunter1", true);
	assert_true(seen.token != first);
	look_with("hunter1", false);
	assert_int_equal(seen.token, first);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(plugins_set_headers_when_it_is_sent),
		T(the_paying_token_is_told_apart_and_not_shown),
		T(a_304_without_a_tag_has_the_one_it_was_asked_with),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
