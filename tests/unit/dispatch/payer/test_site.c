#include "../rig.h"

static void failures_in_a_row_are_told_and_an_answer_ends_them(void **state)
{
	(void)state;
	struct hg_sites sites;

	hg_sites_init(&sites);
	struct hg_site *site = hg_sites_of(&sites, 7);
	assert_string_equal(hg_site_state(site), "untried");
	hg_site_answered(site);
	assert_string_equal(hg_site_state(site), "up");
	hg_site_failed(site, "one", 100);
	hg_site_failed(site, "two", 200);
	assert_string_equal(hg_site_state(site), "failing");
	hg_site_failed(site, "three", 300);
	assert_string_equal(hg_site_state(site), "down");
	assert_string_equal(site->why, "three");
	assert_int_equal(site->failed_us, 100);
	hg_site_answered(site);
	assert_string_equal(hg_site_state(site), "up");
	hg_site_failed(site, "again", 400);
	assert_int_equal(site->failed_us, 400);
	hg_sites_trim(&sites);
	hg_sites_fini(&sites);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_in_a_row_are_told_and_an_answer_ends_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
