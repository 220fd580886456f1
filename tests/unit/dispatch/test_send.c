#include "rig.h"

static struct rig rig;

static int setup(void **state)
{
	(void)state;
	rig_init(&rig);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_fini(&rig);
	return 0;
}

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

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(plugins_set_headers_when_it_is_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
