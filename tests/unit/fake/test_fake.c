/*
 * The fake host: what a plugin meets in it is what it meets in the daemon.
 */
#include "subject.h"
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct hg_fake *fake;
static struct hg_err err;

static void github(void *arg, const struct hg_fake_call *call, struct hg_fake_answer *a)
{
	(void)arg;
	if (strcmp(call->path, "/repos/o/r") == 0) {
		a->status = 200;
		a->headers = "Content-Type: application/json\nETag: \"1\"";
		a->body = HG_STR("{\"id\":1}");
	} else if (strcmp(call->path, "/repos/o/slow") == 0) {
		a->status = 200;
		a->after_us = 2 * HG_FAKE_SEC;
		a->body = HG_STR("{}");
	} else if (strcmp(call->path, "/repos/o/broken") == 0) {
		a->broken = "reset by peer";
	} else if (strcmp(call->path, "/repos/o/odd") == 0) {
		a->status = 200;
		a->headers = "no field";
	} else if (strcmp(call->path, "/repos/o/r/issues") == 0) {
		a->status = 201;
		a->body = call->body;
	}
}

static struct subject *begin(const char *options)
{
	err = (struct hg_err)HG_ERR_INIT;
	memset(&around, 0, sizeof(around));
	fake = hg_fake_new(
		&(struct hg_fake_wish){ .plugin = { .table = &subject_plugin, .options = options },
			.github = github },
		&err);
	if (!fake)
		fail_msg("%s", err.text);
	return hg_fake_self(fake, NULL);
}

static void finish(void)
{
	if (hg_fake_free(fake, &err) < 0)
		fail_msg("%s", err.text);
}

/* -- life -------------------------------------------------------------------------------------- */

static const char *refusal(const struct hg_fake_wish *wish)
{
	err = (struct hg_err)HG_ERR_INIT;
	assert_null(hg_fake_new(wish, &err));
	return err.text;
}

static const char *refusal_of(const char *options)
{
	return refusal(&(struct hg_fake_wish){
		.plugin = { .table = &subject_plugin, .options = options } });
}

static void options_are_read_by_the_real_parser(void **state)
{
	(void)state;
	struct subject *s = begin("every: 250ms\nword: other\n");

	assert_int_equal(s->conf->every_us, 250 * HG_FAKE_MS);
	assert_string_equal(s->conf->word, "other");
	finish();
}

static void mistakes_in_options_have_their_place(void **state)
{
	(void)state;
	assert_string_equal(refusal_of("word: a\nevry: 3s\n"),
		"options:2:1: plugins[0].evry: unknown option (did you mean \"every\"?)");
	assert_non_null(strstr(refusal_of("every: 2h\nword: [\n"), "options:"));
	assert_non_null(strstr(refusal_of("every: 2h\nwrd: x\n"), "(and 1 more)"));
	assert_string_equal(refusal_of("word: \"\"\n"), "plugin subject: word is empty");
}

static void what_is_no_plugin_is_refused(void **state)
{
	(void)state;
	struct hg_plugin foreign = subject_plugin;

	foreign.abi = HG_ABI + 1;
	assert_non_null(strstr(
		refusal(&(struct hg_fake_wish){ .plugin.table = &foreign }), "is built for ABI"));
	assert_non_null(strstr(refusal(&(struct hg_fake_wish){ .plugin.file = "none.so" }),
		"there is no such file"));
	assert_non_null(strstr(refusal(&(struct hg_fake_wish){ 0 }), "neither table nor file"));
	assert_non_null(strstr(refusal(&(struct hg_fake_wish){
				       .plugin = { .table = &subject_plugin, .name = "front" } }),
		"name of hubgate's own"));
}

static void a_built_file_is_loaded_as_the_daemon_would(void **state)
{
	(void)state;
	fake = hg_fake_new(
		&(struct hg_fake_wish){ .plugin = { .file = HG_TEST_PLUGIN_FILE, .name = "mine" },
			.beside = (const struct hg_fake_plugin[]){ { .table = &subject_plugin },
				{ 0 } } },
		&err);
	if (!fake)
		fail_msg("%s", err.text);
	assert_non_null(strstr(hg_fake_ask(fake, "POST /echo/you", NULL, "abc")->body,
		"\"name\":\"you\",\"bytes\":3"));
	assert_non_null(hg_fake_self(fake, "subject"));
	assert_non_null(hg_fake_self(fake, "mine"));
	assert_null(hg_fake_self(fake, "echo"));
	finish();
}

static void a_configuration_may_be_given_but_no_plugins_in_it(void **state)
{
	(void)state;
	assert_non_null(strstr(refusal(&(struct hg_fake_wish){ .plugin.table = &subject_plugin,
				       .config = "version: 1\nplugins:\n  - use: metrics\n" }),
		"config:3:3: plugins: are not this file's to name"));
	assert_string_equal(refusal(&(struct hg_fake_wish){ .plugin.table = &subject_plugin,
				    .config = "version: 1\nhttp: { read_onl: true }\n" }),
		"config:2:9: http.read_onl: unknown option (did you mean \"read_only\"?)");
	fake = hg_fake_new(&(struct hg_fake_wish){ .plugin.table = &subject_plugin,
				   .config = "version: 1\nhttp: { read_only: true }\n" },
		&err);
	assert_non_null(fake);
	assert_int_equal(hg_fake_ask(fake, "POST /repos/o/r/issues", NULL, "{}")->status, 403);
	finish();
}

static void there_is_one_at_a_time(void **state)
{
	(void)state;
	begin(NULL);
	assert_null(hg_fake_new(&(struct hg_fake_wish){ .plugin.table = &subject_plugin }, &err));
	assert_non_null(strstr(err.text, "there is a fake already"));
	finish();
	assert_int_equal(hg_fake_free(NULL, &err), 0);
}

static void threads_start_on_each_loop(void **state)
{
	(void)state;
	assert_int_equal(begin(NULL)->n_threads, 0x111);
	finish();
	assert_int_equal(around.n_threads_stopped, 0x111);
}

static void a_thread_that_does_not_start_undoes_the_others(void **state)
{
	(void)state;
	memset(&around, 0, sizeof(around));
	assert_string_equal(refusal_of("word: unthreaded\n"),
		"plugin subject: thread_start on front-0: no thread for it");
	assert_int_equal(around.n_threads_stopped, 0x101); /* host and dispatcher */
	assert_int_equal(around.n_stopped, 1);
}

static void the_state_directory_is_there_and_goes(void **state)
{
	(void)state;
	char path[4096];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s", hg_state_dir(begin(NULL)));
	assert_int_equal(stat(path, &st), 0);
	finish();
	assert_int_not_equal(stat(path, &st), 0);
}

static void a_state_directory_of_the_test_stays(void **state)
{
	(void)state;
	char dir[] = "/tmp/hubgate-fake-test-XXXXXX", path[64];

	assert_non_null(mkdtemp(dir));
	fake = hg_fake_new(
		&(struct hg_fake_wish){ .plugin.table = &subject_plugin, .state_dir = dir }, &err);
	finish();
	(void)snprintf(path, sizeof(path), "%s/subject", dir);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void a_reload_starts_adopts_and_stops(void **state)
{
	(void)state;
	struct subject *old = begin("word: one\n");

	assert_int_equal(hg_fake_reload(fake, "word: two\n", &err), 0);
	struct subject *s = hg_fake_self(fake, NULL);
	assert_ptr_not_equal(s, old);
	assert_int_equal(s->n_adopted, 1);
	assert_int_equal(around.n_stopped, 1);
	assert_string_equal(hg_fake_ask(fake, "GET /word", NULL, NULL)->body, "two");
	assert_int_not_equal(hg_fake_reload(fake, "word: \"\"\n", &err), 0);
	assert_string_equal(hg_fake_ask(fake, "GET /word", NULL, NULL)->body, "two");
	finish();
}

static void a_request_under_way_keeps_its_instance(void **state)
{
	(void)state;
	struct subject *old = begin(NULL);
	struct hg_fake_reply *r = hg_fake_ask(fake, "GET /wait", NULL, NULL);

	assert_int_equal(hg_fake_reload(fake, NULL, &err), 0);
	assert_int_equal(around.n_stopped, 0);
	assert_int_equal(r->status, 0);
	hg_waiter_resume(old->waiter, go_on, NULL);
	hg_fake_settle(fake);
	assert_string_equal(r->body, "resumed");
	hg_fake_leave(fake, r);
	assert_int_equal(around.n_stopped, 1);
	finish();
}

static void what_a_plugin_leaves_behind_is_said(void **state)
{
	(void)state;
	begin(NULL);
	around.keeps_timer = true;
	struct hg_timer *left = ((struct subject *)hg_fake_self(fake, NULL))->timer;
	assert_int_equal(hg_fake_free(fake, &err), HG_EFAIL);
	assert_string_equal(err.text, "a timer is armed after stop");
	hg_free(left); /* its loop is gone */
}

/* In a process of its own: what is left behind can not be freed. */
static void a_waiter_without_an_end_is_said(void **state)
{
	(void)state;
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		begin(NULL);
		(void)hg_fake_ask(fake, "GET /wait", NULL, NULL);
		bool said = hg_fake_free(fake, &err) == HG_EFAIL &&
		            strstr(err.text, "a waiter was not resumed");
		_exit(said ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* -- time, events, log, metrics ---------------------------------------------------------------- */

static void timers_fire_at_their_own_moments(void **state)
{
	(void)state;
	struct subject *s = begin(NULL);
	struct hg_now began = hg_fake_now(fake);

	assert_int_equal(began.wall_us, INT64_C(1700000000) * HG_FAKE_SEC);
	hg_fake_advance(fake, 10 * HG_FAKE_SEC - 1);
	assert_true(hg_fake_metric(fake, "subject_ticks_total", NULL) == 0);
	hg_fake_advance(fake, 25 * HG_FAKE_SEC);
	assert_true(hg_fake_metric(fake, "subject_ticks_total", NULL) == 3);
	assert_int_equal(s->ticked_at_us - began.mono_us, 30 * HG_FAKE_SEC);
	assert_int_equal(hg_fake_now(fake).wall_us - began.wall_us, 35 * HG_FAKE_SEC - 1);
	assert_true(hg_fake_logged(fake, " debug subject: tick word=plain\n"));
	finish();
}

static void metrics_begin_at_zero_in_each_fake(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		begin(NULL);
		hg_fake_advance(fake, 10 * HG_FAKE_SEC);
		assert_true(hg_fake_metric(fake, "subject_ticks_total", NULL) == 1);
		assert_true(isnan(hg_fake_metric(fake, "subject_none_total", NULL)));
		finish();
	}
}

static void events_go_both_ways(void **state)
{
	(void)state;
	struct subject *s = begin(NULL);

	hg_fake_advance(fake, 10 * HG_FAKE_SEC);
	assert_int_equal(hg_fake_n_events(fake), 1);
	assert_true(hg_str_is(hg_fake_event(fake, 0)->topic, HG_STR("subject.tick")));
	assert_true(hg_str_is(hg_fake_event(fake, 0)->json, HG_STR("{\"n\":1}")));
	assert_null(hg_fake_event(fake, 1));
	hg_fake_publish(fake, "unheard", "{}");
	assert_string_equal(s->heard, "");
	hg_fake_publish(fake, "other.thing", "{}");
	assert_string_equal(s->heard, "test other.thing");
	finish();
}

static void commands_answer_as_on_the_admin_socket(void **state)
{
	(void)state;
	begin(NULL);
	assert_string_equal(hg_fake_command(fake, "look", "of=a%20b", &err), "{\"of\":\"a b\"}");
	assert_null(hg_fake_command(fake, "look", NULL, &err));
	assert_string_equal(err.text, "of= is missing");
	assert_null(hg_fake_command(fake, "lok", NULL, &err));
	assert_string_equal(err.text, "subject has no command \"lok\"");
	finish();
}

/* -- clients ----------------------------------------------------------------------------------- */

static void a_body_comes_in_pieces(void **state)
{
	(void)state;
	begin(NULL);
	struct hg_fake_reply *r = hg_fake_ask(fake, "POST /echo", NULL, "whole");
	assert_true(r->is_whole);
	assert_string_equal(r->body, "whole");

	r = hg_fake_ask(fake, "POST /echo", "Content-Length: 6", NULL);
	hg_fake_say(fake, r, HG_STR("abc"));
	assert_string_equal(r->body, "abc");
	assert_false(r->is_whole);
	hg_fake_say(fake, r, HG_STR("def"));
	assert_string_equal(r->body, "abcdef");
	assert_true(r->is_whole);
	finish();
}

static void a_client_may_leave(void **state)
{
	(void)state;
	struct subject *s = begin(NULL);
	struct hg_fake_reply *r = hg_fake_ask(fake, "GET /repos/o/slow", NULL, NULL);

	assert_int_equal(r->status, 0);
	hg_fake_leave(fake, r);
	assert_true(r->is_cut);
	assert_int_equal(s->n_done, 1);
	assert_int_equal(s->done.aborted, 1);
	finish();
}

static void a_client_that_does_not_read_is_waited_for(void **state)
{
	(void)state;
	struct subject *s = begin(NULL);
	struct hg_fake_reply *r = hg_fake_ask(fake, "POST /flood", "Content-Length: 1", NULL);

	hg_fake_read(fake, r, false);
	hg_fake_say(fake, r, HG_STR("x"));
	assert_int_equal(s->n_drained, 0);
	assert_int_equal(r->status, 0);
	hg_fake_read(fake, r, true);
	assert_int_equal(s->n_drained, 1);
	assert_true(r->is_whole && r->body_n > 200000);
	finish();
}

static void the_clients_fields_and_the_replys_are_there(void **state)
{
	(void)state;
	begin(NULL);
	struct hg_fake_reply *r =
		hg_fake_ask(fake, "GET /repos/o/r", "X-Refuse: 1\nHost: 127.0.0.1", NULL);

	assert_int_equal(r->status, 403);
	assert_non_null(strstr(r->body, "\"not_you\""));
	assert_true(hg_fake_reply_header(r, "content-type").n > 0);
	assert_null(hg_fake_reply_header(r, "X-None").p);
	finish();
}

/* -- GitHub ------------------------------------------------------------------------------------ */

static void a_request_goes_through_all_phases(void **state)
{
	(void)state;
	struct subject *s = begin(NULL);
	struct hg_fake_reply *r = hg_fake_ask(fake, "GET /repos/o/r?a=b", NULL, NULL);

	assert_int_equal(r->status, 200);
	assert_string_equal(r->body, "{\"id\":1}");
	assert_true(hg_str_is(hg_fake_reply_header(r, "X-Seen"), HG_STR("yes")));
	assert_int_equal(hg_fake_n_calls(fake), 1);
	const struct hg_fake_call *call = hg_fake_call(fake, 0);
	assert_string_equal(call->method, "GET");
	assert_string_equal(call->query, "a=b");
	assert_true(hg_str_is(hg_fake_call_header(call, "x-sent-by"), HG_STR("subject")));
	assert_null(hg_fake_call_header(call, "Authorization").p);
	assert_null(hg_fake_call(fake, 1));
	assert_int_equal(s->n_done, 1);
	assert_int_equal(s->done.upstream_status, 200);
	finish();
}

static void an_entry_has_its_when_as_in_a_file(void **state)
{
	(void)state;
	begin("when: { methods: [POST] }\n");
	assert_int_equal(hg_fake_ask(fake, "GET /repos/o/r", "X-Refuse: 1", NULL)->status, 200);
	assert_int_equal(
		hg_fake_ask(fake, "POST /repos/o/r/issues", "X-Refuse: 1", "{}")->status, 403);
	finish();
}

static void a_body_reaches_github(void **state)
{
	(void)state;
	begin(NULL);
	assert_string_equal(
		hg_fake_ask(fake, "POST /repos/o/r/issues", NULL, "{\"title\":\"x\"}")->body,
		"{\"title\":\"x\"}");
	finish();
}

static void a_long_answer_takes_its_time(void **state)
{
	(void)state;
	begin(NULL);
	struct hg_fake_reply *r = hg_fake_ask(fake, "GET /repos/o/slow", NULL, NULL);

	hg_fake_advance(fake, 2 * HG_FAKE_SEC - 1);
	assert_int_equal(r->status, 0);
	hg_fake_advance(fake, 1);
	assert_int_equal(r->status, 200);
	finish();
}

static void what_github_may_do_wrong(void **state)
{
	(void)state;
	begin(NULL);
	struct hg_fake_reply *r = hg_fake_ask(fake, "GET /repos/o/broken", NULL, NULL);
	hg_fake_advance(fake, 60 * HG_FAKE_SEC); /* retries */
	assert_int_equal(r->status, 502);
	assert_true(hg_fake_n_calls(fake) > 1);
	r = hg_fake_ask(fake, "POST /repos/o/odd", NULL, "{}");
	assert_int_equal(r->status, 502);
	hg_fake_advance(fake, 30 * HG_FAKE_SEC); /* five failures in a row: a rest */
	assert_int_equal(hg_fake_ask(fake, "GET /repos/o/none", NULL, NULL)->status, 404);
	finish();
}

static void without_a_function_there_is_no_github(void **state)
{
	(void)state;
	fake = hg_fake_new(&(struct hg_fake_wish){ .plugin.table = &subject_plugin }, &err);
	struct hg_fake_reply *r = hg_fake_ask(fake, "POST /repos/o/r/issues", NULL, "{}");
	assert_int_equal(r->status, 502);
	assert_non_null(strstr(r->body, "the test has no GitHub"));
	finish();
}

static void a_fetch_is_answered_like_any_request(void **state)
{
	(void)state;
	struct subject *s = begin(NULL);

	assert_int_equal(hg_fake_ask(fake, "GET /fetch", NULL, NULL)->status, 202);
	assert_int_equal(s->fetched_status, 200);
	assert_string_equal(hg_fake_call(fake, 0)->path, "/repos/o/r");
	finish();
}

/* -- loops ------------------------------------------------------------------------------------- */

static void count_ready(void *self, void *arg, int fd, uint32_t what)
{
	char byte;

	(void)self;
	*(int *)arg += (what & HG_WATCH_READ) && read(fd, &byte, 1) == 1;
}

static void note_kind(void *self, void *arg)
{
	(void)self;
	*(uint32_t *)arg = hg_thread_kind(hg_thread_self());
}

static void descriptors_and_posts_are_seen_to(void **state)
{
	(void)state;
	void *self = begin(NULL);
	int fds[2], n = 0;
	uint32_t kind = 0;

	assert_int_equal(hg_thread_kind(hg_thread_self()), HG_THREAD_HOST); /* the test itself */
	assert_int_equal(pipe(fds), 0);
	struct hg_watch *w = hg_watch_new(self, fds[0], count_ready, &n);
	hg_watch_set(w, HG_WATCH_READ);
	hg_fake_settle(fake);
	assert_int_equal(n, 0);
	assert_int_equal(write(fds[1], "ab", 2), 2);
	hg_fake_settle(fake);
	assert_int_equal(n, 2);
	hg_watch_free(w);
	for (uint32_t i = 0; i < hg_thread_count(); i++)
		if (hg_thread_kind(hg_thread_at(i)) == HG_THREAD_DISPATCHER)
			assert_int_equal(
				hg_thread_post(hg_thread_at(i), self, note_kind, &kind), 0);
	assert_int_equal(kind, 0);
	hg_fake_settle(fake);
	assert_int_equal(kind, HG_THREAD_DISPATCHER);
	(void)close(fds[0]);
	(void)close(fds[1]);
	finish();
}

/* -- offload ----------------------------------------------------------------------------------- */

static void offloaded_work_runs_off_the_loops(void **state)
{
	(void)state;
	struct subject *s = begin(NULL);

	assert_string_equal(hg_fake_ask(fake, "GET /work", NULL, NULL)->body, "resumed");
	assert_string_equal(s->offloaded, "off the loops");
	finish();
}

static void offloaded_work_waits_when_it_is_held(void **state)
{
	(void)state;
	begin(NULL);
	hg_fake_hold_offload(fake, true, 1);
	struct hg_fake_reply *r = hg_fake_ask(fake, "GET /work", NULL, NULL);
	assert_int_equal(r->status, 0);
	assert_int_equal(hg_fake_run_offload(fake), 1);
	assert_string_equal(r->body, "resumed");
	assert_int_equal(hg_fake_run_offload(fake), 0);
	hg_fake_hold_offload(fake, true, 0); /* refused */
	r = hg_fake_ask(fake, "GET /work", NULL, NULL);
	assert_true(r->status >= 400);
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read_by_the_real_parser),
		cmocka_unit_test(mistakes_in_options_have_their_place),
		cmocka_unit_test(what_is_no_plugin_is_refused),
		cmocka_unit_test(a_built_file_is_loaded_as_the_daemon_would),
		cmocka_unit_test(a_configuration_may_be_given_but_no_plugins_in_it),
		cmocka_unit_test(there_is_one_at_a_time),
		cmocka_unit_test(threads_start_on_each_loop),
		cmocka_unit_test(a_thread_that_does_not_start_undoes_the_others),
		cmocka_unit_test(the_state_directory_is_there_and_goes),
		cmocka_unit_test(a_state_directory_of_the_test_stays),
		cmocka_unit_test(a_reload_starts_adopts_and_stops),
		cmocka_unit_test(a_request_under_way_keeps_its_instance),
		cmocka_unit_test(what_a_plugin_leaves_behind_is_said),
		cmocka_unit_test(a_waiter_without_an_end_is_said),
		cmocka_unit_test(timers_fire_at_their_own_moments),
		cmocka_unit_test(metrics_begin_at_zero_in_each_fake),
		cmocka_unit_test(events_go_both_ways),
		cmocka_unit_test(commands_answer_as_on_the_admin_socket),
		cmocka_unit_test(a_body_comes_in_pieces),
		cmocka_unit_test(a_client_may_leave),
		cmocka_unit_test(a_client_that_does_not_read_is_waited_for),
		cmocka_unit_test(the_clients_fields_and_the_replys_are_there),
		cmocka_unit_test(a_request_goes_through_all_phases),
		cmocka_unit_test(an_entry_has_its_when_as_in_a_file),
		cmocka_unit_test(a_body_reaches_github),
		cmocka_unit_test(a_long_answer_takes_its_time),
		cmocka_unit_test(what_github_may_do_wrong),
		cmocka_unit_test(without_a_function_there_is_no_github),
		cmocka_unit_test(a_fetch_is_answered_like_any_request),
		cmocka_unit_test(descriptors_and_posts_are_seen_to),
		cmocka_unit_test(offloaded_work_runs_off_the_loops),
		cmocka_unit_test(offloaded_work_waits_when_it_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
