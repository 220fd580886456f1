#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/secret.h"
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

/* The scope under which `app` finds its budget and token. */
static struct hg_scope scope_of(const struct hg_app_conf *app)
{
	static struct hg_snapshot s;

	s = (struct hg_snapshot){ .n_upstreams = 1 };
	s.upstreams[0].base_url = "https://api.github.com";
	s.upstreams[0].n_credentials = 1;
	s.upstreams[0].credentials[0].app = *app;
	hg_snapshot_set_origins(&s);
	return s.upstreams[0].credentials[0].own;
}

static void an_app_that_may_less_is_another_credential(void **state)
{
	static const char *const a[] = { "a" }, *const issues[] = { "issues" },
				 *const read[] = { "read" }, *const write[] = { "write" };
	struct hg_secret *key = hg_secret_new(HG_STR("x"));
	struct hg_app_conf app = { .id = "7", .installation = 1, .key = key };
	struct hg_scope all = scope_of(&app), again = scope_of(&app);

	(void)state;
	assert_memory_equal(&all, &again, sizeof(all));
	app.repositories = (struct hg_option_list){ a, 1 };
	struct hg_scope some = scope_of(&app);
	assert_memory_not_equal(&all, &some, sizeof(all));
	app.permissions = (struct hg_option_map){ issues, read, 1 };
	struct hg_scope readers = scope_of(&app);
	assert_memory_not_equal(&some, &readers, sizeof(all));
	app.permissions.values = write;
	struct hg_scope writers = scope_of(&app);
	assert_memory_not_equal(&readers, &writers, sizeof(all));
	app.installation = 2;
	struct hg_scope elsewhere = scope_of(&app);
	assert_memory_not_equal(&writers, &elsewhere, sizeof(all));
	hg_secret_unref(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_reference_tells_the_host_once),
		cmocka_unit_test(an_app_that_may_less_is_another_credential),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
