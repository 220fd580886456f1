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

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(plugins_set_headers_when_it_is_sent),
		T(a_304_without_a_tag_has_the_one_it_was_asked_with),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
