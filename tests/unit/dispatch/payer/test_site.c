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

static void places_are_for_all_but_the_last_one_and_half_of_them_for_uploads(void **state)
{
	(void)state;
	struct hg_site site = { .max_connections = 4, .on_wire = 3, .n_uploads = 1 };

	assert_false(hg_site_has_slot(&site, HG_CLASS_HIGH));
	assert_true(hg_site_has_slot(&site, HG_CLASS_CRITICAL));
	assert_true(hg_site_has_upload_place(&site));
	site.on_wire = 4;
	site.n_uploads = 2;
	assert_false(hg_site_has_slot(&site, HG_CLASS_CRITICAL));
	assert_false(hg_site_has_upload_place(&site));
	site.is_multiplexed = true;
	assert_true(hg_site_has_slot(&site, HG_CLASS_LOW));
	assert_true(hg_site_has_upload_place(&site));
	site = (struct hg_site){ .max_connections = 2, .on_wire = 1 };
	assert_true(hg_site_has_slot(&site, HG_CLASS_LOW)); /* of two, none is kept */
	site = (struct hg_site){ .max_connections = 3, .on_wire = 2, .is_elsewhere = true };
	assert_true(hg_site_has_slot(&site, HG_CLASS_LOW)); /* nor elsewhere */
	site = (struct hg_site){ .on_wire = 9999, .n_uploads = 9999 };
	assert_true(hg_site_has_slot(&site, HG_CLASS_LOW) && hg_site_has_upload_place(&site));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_in_a_row_are_told_and_an_answer_ends_them),
		cmocka_unit_test(places_are_for_all_but_the_last_one_and_half_of_them_for_uploads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
