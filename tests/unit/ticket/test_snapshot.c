#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "ticket/snapshot.h"

static unsigned n_unused;

static void on_unused(struct hg_snapshot *s)
{
	assert_int_equal(s->generation, 7);
	n_unused++;
}

static void the_last_reference_tells_the_host_once(void **state)
{
	struct hg_snapshot s = { .generation = 7, .on_unused = on_unused };

	(void)state;
	atomic_init(&s.refs, 1);
	assert_ptr_equal(hg_snapshot_ref(&s), &s);
	hg_snapshot_unref(&s);
	assert_int_equal(n_unused, 0);
	hg_snapshot_unref(&s);
	assert_int_equal(n_unused, 1);
	hg_snapshot_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_reference_tells_the_host_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
