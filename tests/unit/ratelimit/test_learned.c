/*
 * What was learned outlives the instance that learned it, and nothing of that stops a start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <ftw.h>
#include <hg/fake.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MINUTE (60 * HG_FAKE_SEC)
#define HOUR (60 * MINUTE)

const struct hg_plugin *hg_plugin_table(void);

static char dir[32], path[64];
static struct hg_fake *fake;

static struct hg_fake *begin_in(const char *state_dir)
{
	struct hg_err err = HG_ERR_INIT;
	struct hg_fake_wish wish = { .plugin = { .table = hg_plugin_table() },
		.state_dir = state_dir };

	fake = hg_fake_new(&wish, &err);
	if (!fake)
		print_error("%s\n", err.text);
	assert_non_null(fake);
	return fake;
}

static void end(void)
{
	struct hg_err err = HG_ERR_INIT;
	int rc = hg_fake_free(fake, &err);

	if (rc < 0)
		print_error("%s\n", err.text);
	assert_int_equal(rc, 0);
	fake = NULL;
}

static int start(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/learned-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/ratelimit/forecast", dir);
	return 0;
}

static int remove_one(const char *file, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(file);
}

static int stop(void **state)
{
	(void)state;
	if (fake)
		(void)hg_fake_free(fake, NULL);
	fake = NULL;
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const struct hg_strategy *adaptive(struct hg_provider *provider)
{
	assert_true(hg_fake_service(fake, HG_STRATEGY, "adaptive", provider));
	return provider->vtable;
}

static struct hg_strategy_view view_of(uint64_t ledger)
{
	struct hg_now now = hg_fake_now(fake);

	return (struct hg_strategy_view){ .size = sizeof(struct hg_strategy_view),
		.klass = HG_CLASS_NORMAL,
		.now_us = now.mono_us,
		.limit = 5000,
		.used = 100,
		.window_us = HOUR,
		.resets_in_us = HOUR - now.wall_us % HOUR,
		.last_paced_at_us = INT64_MIN,
		.ledger = ledger,
		.wall_us = now.wall_us };
}

static double confidence(uint64_t ledger)
{
	struct hg_provider provider = { .size = sizeof(provider) };
	const struct hg_strategy *s = adaptive(&provider);
	struct hg_strategy_view v = view_of(ledger);
	struct hg_outlook o = { .size = sizeof(o) };

	s->outlook(provider.self, &v, &o);
	return o.confidence;
}

static void live(uint64_t ledger, int minutes)
{
	struct hg_provider provider = { .size = sizeof(provider) };
	const struct hg_strategy *s = adaptive(&provider);

	for (int i = 0; i < minutes; i++) {
		struct hg_strategy_view v = view_of(ledger);
		v.resets_in_us = 0;
		s->spent(provider.self, &v, 10);
		hg_fake_advance(fake, MINUTE);
	}
	assert_true(confidence(ledger) > 0);
}

static bool is_written(void)
{
	return access(path, F_OK) == 0;
}

static void a_restart_forgets_nothing(void **state)
{
	(void)state;
	begin_in(dir);
	live(1, 240);
	double before = confidence(1);
	assert_true(before >= 0.5);
	live(2, 3); /* not yet written */
	end();
	begin_in(dir);
	assert_true(confidence(1) >= 0.5);
	assert_true(confidence(2) > 0 && confidence(2) < 0.1);
	assert_true(confidence(3) == 0);
	assert_false(hg_fake_logged(fake, " warn "));
	end();
}

static void it_is_written_now_and_then_when_there_is_something_new(void **state)
{
	(void)state;
	begin_in(dir);
	hg_fake_hold_offload(fake, true, 8);
	hg_fake_advance(fake, 6 * MINUTE);
	assert_int_equal(hg_fake_run_offload(fake), 0);
	live(1, 5);
	assert_false(is_written());
	hg_fake_advance(fake, 20 * MINUTE); /* and no second one before that is done */
	assert_int_equal(hg_fake_run_offload(fake), 1);
	assert_true(is_written());
	hg_fake_advance(fake, 5 * MINUTE); /* what was learned since that began */
	assert_int_equal(hg_fake_run_offload(fake), 1);
	hg_fake_advance(fake, 20 * MINUTE);
	assert_int_equal(hg_fake_run_offload(fake), 0);
	live(1, 6);
	assert_int_equal(hg_fake_run_offload(fake), 1);
	end();
}

static void a_reload_goes_on_with_it(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	begin_in(dir);
	live(1, 180);
	double before = confidence(1);
	assert_int_equal(hg_fake_reload(fake, "forecast_save: 1min\n", &err), 0);
	assert_true(confidence(1) == before);
	live(1, 10);
	assert_int_equal(hg_fake_reload(fake, "forecast_after: 6h\n", &err), 0);
	assert_true(confidence(1) < before);
	end();
	begin_in(dir);
	assert_true(confidence(1) >= 0.5);
	end();
}

static void the_old_one_leaves_it_to_the_new_one(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	begin_in(dir);
	live(1, 3);
	assert_int_equal(hg_fake_reload(fake, "forecast_save: 1min\n", &err), 0);
	assert_false(is_written()); /* the dispatcher may be at it */
	hg_fake_advance(fake, MINUTE);
	assert_true(is_written());
	end();
}

static void a_reload_meets_one_that_is_being_written(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	begin_in(dir);
	hg_fake_hold_offload(fake, true, 8);
	live(1, 6);
	assert_int_equal(hg_fake_reload(fake, "forecast_save: 1min\n", &err), 0);
	live(1, 6); /* the old instance waits for its writing, the new one for the same */
	assert_int_equal(hg_fake_run_offload(fake), 1);
	live(1, 2);
	assert_int_equal(hg_fake_run_offload(fake), 1);
	end();
	begin_in(dir);
	assert_true(confidence(1) > 13.0 / 180 / 2);
	end();
}

static void a_reload_with_less_room_forgets_the_quietest(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	begin_in(dir);
	live(1, 60);
	live(2, 60);
	assert_int_equal(hg_fake_reload(fake, "forecast_ledgers: 1\n", &err), 0);
	assert_true(confidence(1) == 0);
	assert_true(confidence(2) > 0);
	end();
}

static void a_file_that_makes_no_sense_begins_anew(void **state)
{
	char at[64];

	(void)state;
	(void)snprintf(at, sizeof(at), "%s/ratelimit", dir);
	assert_int_equal(mkdir(at, 0700), 0);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs("the diary of somebody else, which is long enough", file);
	assert_int_equal(fclose(file), 0);
	begin_in(dir);
	assert_true(hg_fake_logged(fake, "the forecast begins anew: "));
	assert_true(hg_fake_logged(fake, "/ratelimit/forecast: it is no forecast"));
	live(1, 60);
	end();
	begin_in(dir);
	assert_false(hg_fake_logged(fake, "begins anew"));
	assert_true(confidence(1) > 0);
	end();
}

static void without_a_directory_it_learns_too(void **state)
{
	struct hg_err err = HG_ERR_INIT;

	(void)state;
	begin_in("/dev/null/nowhere");
	assert_true(hg_fake_logged(fake, "nothing will survive a restart: state directory "));
	live(1, 60);
	double before = confidence(1);
	assert_int_equal(hg_fake_reload(fake, "forecast_save: 1min\n", &err), 0);
	assert_true(confidence(1) == before);
	end();
}

static void what_can_not_be_written_is_said(void **state)
{
	char at[80];

	(void)state;
	begin_in(dir);
	(void)snprintf(at, sizeof(at), "%s.new", path);
	assert_int_equal(mkdir(at, 0700), 0);
	live(1, 6);
	assert_true(hg_fake_logged(fake, "the forecast is not written: "));
	assert_int_equal(rmdir(at), 0);
	live(1, 6); /* and tried again */
	assert_true(is_written());
	end();
}

static void what_there_is_no_thread_for_is_said(void **state)
{
	(void)state;
	begin_in(dir);
	hg_fake_hold_offload(fake, true, 0);
	live(1, 6);
	assert_true(hg_fake_logged(fake, "the forecast is not written: too much is offloaded"));
	end();
	assert_true(is_written()); /* at the end it was */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(a_restart_forgets_nothing),
		T(it_is_written_now_and_then_when_there_is_something_new),
		T(a_reload_goes_on_with_it),
		T(the_old_one_leaves_it_to_the_new_one),
		T(a_reload_meets_one_that_is_being_written),
		T(a_reload_with_less_room_forgets_the_quietest),
		T(a_file_that_makes_no_sense_begins_anew),
		T(without_a_directory_it_learns_too),
		T(what_can_not_be_written_is_said),
		T(what_there_is_no_thread_for_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
