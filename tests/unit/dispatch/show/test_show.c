#include "../one_rig.h"

/* -- for people -------------------------------------------------------------------------------- */

static void people_see_why_a_ticket_waits_and_no_token(void **state)
{
	(void)state;
	static const char *const words[] = { "tickets", "queues", "budgets", "credentials" };
	struct hg_text out;

	rig_learn(&rig, 5000, 0, 30);
	struct hg_ticket *t = rig_ask(&rig, "GET", "/a");
	hg_text_init(&out);
	for (unsigned i = 0; i < 4; i++)
		assert_true(hg_dispatcher_show(rig.d, words[i], &rig.now, &out));
	assert_non_null(strstr(out.p, "\"waits_for\":\"empty\""));
	assert_non_null(strstr(out.p, "\"stop\":\"empty\""));
	assert_non_null(strstr(out.p, "\"limit\":5000"));
	assert_null(strstr(out.p, "ghp_"));
	size_t n = out.n;
	assert_false(hg_dispatcher_show(rig.d, "else", &rig.now, &out));
	assert_int_equal(out.n, n);
	hg_text_fini(&out);
	hg_ticket_unref(t);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(people_see_why_a_ticket_waits_and_no_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
