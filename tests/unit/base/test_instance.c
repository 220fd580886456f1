#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/instance.h"
#include "base/log.h"

static const struct hg_plugin plugin = {
	.size = sizeof(struct hg_plugin),
	.name = "slow",
	.self_size = 100,
};

static void self_is_zeroed_aligned_and_leads_back_to_its_instance(void **state)
{
	(void)state;
	static const char zeros[100];
	struct hg_instance *in = hg_instance_new("first", &plugin, 3);
	assert_int_equal((uintptr_t)in->self % 16, 0);
	assert_memory_equal(in->self, zeros, sizeof(zeros));
	assert_ptr_equal(hg_instance_of(in->self), in);
	assert_string_equal(hg_instance_name(in->self), "first");
	assert_int_equal(in->index, 3);
	assert_null(hg_state_dir(in->self));
	in->state_dir = "/var/lib/x";
	assert_string_equal(hg_state_dir(in->self), "/var/lib/x");
	hg_instance_free(in);
	hg_instance_free(NULL);
}

static void a_level_set_by_name_goes_on_to_the_next_instance_of_that_name(void **state)
{
	(void)state;
	struct hg_instance *old = hg_instance_new("cache", &plugin, 0);
	struct hg_instance *other = hg_instance_new("metrics", &plugin, 1);
	assert_true(hg_log_set_level("cache", "debug"));
	struct hg_instance *new = hg_instance_new("cache", &plugin, 0);
	assert_int_equal(atomic_load(&old->log_level), HG_LOG_DEBUG);
	assert_int_equal(atomic_load(&new->log_level), HG_LOG_DEBUG);
	assert_int_equal(atomic_load(&other->log_level), HG_LOG_INFO);
	hg_instance_free(old);
	hg_instance_free(other);
	hg_instance_free(new);
	assert_false(hg_log_set_level("cache", "debug")); /* nobody of that name is left */
}

int main(void)
{
#define ONE(test) cmocka_unit_test(test)
	const struct CMUnitTest tests[] = {
		ONE(self_is_zeroed_aligned_and_leads_back_to_its_instance),
		ONE(a_level_set_by_name_goes_on_to_the_next_instance_of_that_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
