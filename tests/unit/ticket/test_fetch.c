#include "fixture.h"
#include "ticket/fetch.h"
#include "base/instance.h"
#include "base/secret.h"
#include <hg/fetch.h>

/* One fetch of one plugin instance, and what its on_done and on_piece were told. */
struct probe {
	struct fake fake;
	struct hg_instance *in;
	struct hg_fetch *fetch;
	unsigned n_done, n_pieces;
	int status, err_code;
	uint32_t redirects;
	char body[64], why[128], location[64], pieces[64];
	bool cancels; /* in on_piece */
};

static struct probe *probe;

static struct hg_snapshot *current(void)
{
	return hg_snapshot_ref(&probe->fake.snapshot);
}

static void copy(char *to, size_t room, struct hg_str s)
{
	(void)snprintf(to, room, "%.*s", (int)s.n, s.p);
}

static void on_done(void *self, void *arg, const struct hg_fetched *got)
{
	assert_ptr_equal(self, probe->in->self);
	assert_ptr_equal(arg, probe);
	assert_ptr_equal(hg_loop_self(), probe->fake.owner);
	probe->n_done++;
	probe->status = got->status;
	probe->err_code = got->err_code;
	probe->redirects = got->redirects;
	copy(probe->body, sizeof(probe->body), got->body);
	copy(probe->why, sizeof(probe->why), got->err_text);
	for (uint32_t i = 0; i < got->n_fields; i++)
		if (hg_str_is_nocase(got->fields[i].name, HG_STR("location")))
			copy(probe->location, sizeof(probe->location), got->fields[i].value);
	hg_fetch_cancel(probe->fetch); /* too late, and harmless */
}

static void on_piece(void *self, void *arg, struct hg_str piece)
{
	size_t n = strlen(probe->pieces);

	assert_ptr_equal(self, probe->in->self);
	assert_ptr_equal(arg, probe);
	probe->n_pieces++;
	(void)snprintf(
		probe->pieces + n, sizeof(probe->pieces) - n, "%.*s|", (int)piece.n, piece.p);
	if (probe->cancels)
		hg_fetch_cancel(probe->fetch);
}

static int setup(void **state)
{
	static struct probe p;
	static const struct hg_plugin table = { .size = sizeof(table), .name = "probe" };

	p = (struct probe){ 0 };
	probe = &p;
	fake_init(&p.fake);
	hg_loop_enter(p.fake.owner);
	p.in = hg_instance_new("probe", &table, 0);
	hg_fetch_bind(&p.fake.port, current);
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct probe *p = *state;

	fake_settle(&p->fake);
	fake_fini(&p->fake);
	hg_instance_free(p->in);
	return 0;
}

static struct hg_fetch *begin(const char *method, const char *target)
{
	probe->fetch = hg_fetch_new(probe->in->self, method, target);
	return probe->fetch;
}

/* Sends it; the ticket the dispatcher got. */
static struct hg_ticket *sent(void)
{
	hg_fetch_send(probe->fetch, on_done, probe);
	assert_int_equal(probe->n_done, 0); /* never inside the call */
	fake_settle(&probe->fake);
	assert_int_equal(probe->fake.n_got, 1);
	return probe->fake.got[0];
}

static void answer(struct hg_ticket *t, int status, const char *body)
{
	fake_give_head(t, status, NULL, NULL);
	if (*body)
		(void)fake_give_piece(t, body, 1 << 20);
	fake_give_end(t, 0, "");
	fake_settle(&probe->fake);
}

/* Answers with a redirect; the next ticket, NULL when there is none. */
static struct hg_ticket *redirect(struct hg_ticket *t, int status, const char *location)
{
	unsigned n = probe->fake.n_got;

	fake_give_head(t, status, "Location", location);
	(void)fake_give_piece(t, "moved", 1 << 20);
	fake_give_end(t, 0, "");
	fake_settle(&probe->fake);
	return probe->fake.n_got > n ? probe->fake.got[n] : NULL;
}

static void a_reply_is_told_whole(void **state)
{
	(void)state;
	(void)begin("GET", "/repos/o/r?page=2");
	struct hg_ticket *t = sent();

	assert_true(hg_str_is(t->ask.method, HG_STR("GET")));
	assert_true(hg_str_is(t->ask.path, HG_STR("/repos/o/r")));
	assert_true(hg_str_is(t->ask.query, HG_STR("page=2")));
	assert_true(hg_str_is(t->ask.route, HG_STR("/repos/{owner}/{repo}")));
	assert_true(hg_str_is(t->ask.resource, HG_STR("core")));
	assert_true(hg_str_is(t->ask.client, HG_STR("probe")));
	assert_int_equal(t->ask.klass, HG_CLASS_LOW);
	assert_true(t->ask.is_safe);
	assert_null(t->ask.token);
	assert_int_equal(t->ask.deadline_us - t->ask.arrived_us, 60000000);

	fake_give_head(t, 200, NULL, NULL);
	(void)fake_give_piece(t, "{\"a\":", 1 << 20);
	fake_settle(&probe->fake);
	(void)fake_give_piece(t, "1}", 1 << 20);
	fake_give_end(t, 0, "");
	fake_settle(&probe->fake);
	assert_int_equal(probe->n_done, 1);
	assert_int_equal(probe->status, 200);
	assert_int_equal(probe->err_code, 0);
	assert_string_equal(probe->body, "{\"a\":1}");
}

static void body_class_deadline_and_fields_go_out(void **state)
{
	(void)state;
	struct hg_fetch *f = begin("POST", "/repos/o/r/issues");
	hg_fetch_set_body(f, HG_STR("{}"));
	hg_fetch_set_class(f, HG_CLASS_HIGH);
	hg_fetch_set_deadline(f, 1000);
	hg_fetch_set_header(f, "Accept", HG_STR("application/json"));
	struct hg_ticket *t = sent();

	assert_int_equal(t->ask.body.bytes, 2);
	assert_memory_equal(t->ask.body.items[0]->bytes, "{}", 2);
	assert_int_equal(t->ask.klass, HG_CLASS_HIGH);
	assert_int_equal(t->ask.deadline_us - t->ask.arrived_us, 1000);
	assert_int_equal(t->ask.n_fields, 1);
	assert_false(t->ask.is_safe);
	assert_true(t->ask.is_content);
	answer(t, 201, "");
	assert_int_equal(probe->status, 201);
}

static void graphql_has_an_entrance_of_its_own(void **state)
{
	(void)state;
	(void)begin("POST", "/graphql");
	struct hg_ticket *t = sent();

	assert_int_equal(t->ask.entrance, HG_GITHUB_GRAPHQL);
	assert_true(hg_str_is(t->ask.resource, HG_STR("graphql")));
	answer(t, 200, "{}");
}

static const struct hg_ask *ask_graphql(const char *type, const char *body)
{
	struct hg_fetch *f = begin("POST", "/graphql");

	hg_fetch_set_header(f, "Content-Type", hg_str(type));
	hg_fetch_set_body(f, hg_str(body));
	return &sent()->ask;
}

static void a_graphql_query_is_a_read_with_a_price(void **state)
{
	(void)state;
	const struct hg_ask *a = ask_graphql(
		"application/json", "{\"query\":\"{a(first:100){b(first:2){c(first:1){n}}}}\"}");

	assert_true(a->is_safe && a->graphql.is_query);
	assert_int_equal(a->cost, 3);
	answer(probe->fake.got[0], 200, "{}");
}

static void what_may_be_a_mutation_is_a_write(void **state)
{
	(void)state;
	const struct hg_ask *a =
		ask_graphql("application/json", "{\"query\":\"mutation{createIssue{x}}\"}");

	assert_false(a->is_safe || a->graphql.is_query);
	assert_true(a->is_content);
	assert_int_equal(a->cost, 1);
	answer(probe->fake.got[0], 200, "{}");
}

static void a_failure_is_told_with_its_reason(void **state)
{
	(void)state;
	(void)begin("GET", "/zen");
	struct hg_ticket *t = sent();

	fake_give_end(t, HG_ETIMEOUT, "GitHub took too long.");
	fake_settle(&probe->fake);
	assert_int_equal(probe->n_done, 1);
	assert_int_equal(probe->status, 0);
	assert_int_equal(probe->err_code, HG_ETIMEOUT);
	assert_string_equal(probe->why, "GitHub took too long.");
}

static void a_reply_cut_in_its_body_is_no_reply(void **state)
{
	(void)state;
	(void)begin("GET", "/zen");
	struct hg_ticket *t = sent();

	fake_give_head(t, 200, NULL, NULL);
	(void)fake_give_piece(t, "half", 1 << 20);
	fake_give_end(t, HG_EIO, "cut");
	fake_settle(&probe->fake);
	assert_int_equal(probe->status, 0);
	assert_int_equal(probe->err_code, HG_EIO);
}

static void run_nothing(struct hg_message *m)
{
	(void)m;
}

static void a_full_dispatcher_is_an_error_told_later(void **state)
{
	struct hg_message fill[FAKE_ROOM] = { 0 };

	(void)state;
	for (int i = 0; i < FAKE_ROOM; i++) {
		fill[i].run = run_nothing;
		assert_true(hg_loop_post(probe->fake.port.loop, &fill[i]));
	}
	(void)begin("GET", "/zen");
	hg_fetch_send(probe->fetch, on_done, probe);
	assert_int_equal(probe->n_done, 0);
	(void)hg_loop_turn(probe->fake.owner);
	assert_int_equal(probe->n_done, 1);
	assert_int_equal(probe->err_code, HG_EFULL);
	fake_settle(&probe->fake);
	assert_int_equal(probe->fake.n_got, 0);
}

static void a_redirect_within_github_is_followed(void **state)
{
	static const int statuses[] = { 301, 302, 307, 308 };

	(void)state;
	hg_fetch_set_header(begin("GET", "/repos/old/name"), "X-Github-Api-Version", HG_STR("1"));
	hg_fetch_set_redirects(probe->fetch, 4);
	struct hg_ticket *t = sent();
	for (unsigned i = 0; i < 4; i++) {
		t = redirect(t, statuses[i], "https://api.github.com/repositories/1?x=1#there");
		assert_non_null(t);
		assert_int_equal(t->ask.url.n, 0);
		assert_true(hg_str_is(t->ask.path, HG_STR("/repositories/1")));
		assert_true(hg_str_is(t->ask.query, HG_STR("x=1")));
		assert_int_equal(t->ask.n_fields, 1);
	}
	answer(t, 200, "here");
	assert_int_equal(probe->n_done, 1);
	assert_int_equal(probe->redirects, 4);
	assert_string_equal(probe->body, "here"); /* nothing of "moved" */
}

static void redirects_do_not_stretch_the_deadline(void **state)
{
	(void)state;
	(void)begin("GET", "/repos/old/name");
	struct hg_ticket *t = sent();
	int64_t deadline_us = t->ask.deadline_us;
	struct hg_now now = hg_clock_read(probe->fake.clock);

	now.mono_us += 30000000;
	hg_clock_set(probe->fake.clock, now);
	t = redirect(t, 302, "/repositories/1");
	assert_int_equal(t->ask.deadline_us, deadline_us);
	answer(t, 200, "");
}

static bool has_field(const struct hg_ask *ask, const char *name)
{
	for (uint32_t i = 0; i < ask->n_fields; i++)
		if (hg_str_is_nocase(ask->fields[i].name, hg_str(name)))
			return true;
	return false;
}

static void another_host_gets_no_credential_and_costs_no_budget(void **state)
{
	/* what only looks like the upstream is another host, too */
	static const char *const hosts[] = { "https://objects.example/log?sig=1",
		"https://api.github.com.evil.example/x", "https://api.github.com@evil.example/x",
		"https://api.github.com:444/x", "http://api.github.com/x", "//evil.example/x" };
	struct hg_fetch *f = begin("GET", "/repos/o/r/actions/runs/1/logs");

	(void)state;
	hg_fetch_set_header(f, "Authorization", HG_STR("Bearer of-a-plugin"));
	hg_fetch_set_header(f, "Cookie", HG_STR("a=b"));
	hg_fetch_set_header(f, "X-Github-Api-Version", HG_STR("1"));
	hg_fetch_set_header(f, "Accept", HG_STR("text/plain"));
	hg_fetch_set_redirects(f, 10);
	struct hg_ticket *t = sent();
	for (unsigned i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		t = redirect(t, 302, hosts[i]);
		assert_non_null(t);
		assert_true(t->ask.url.n > 0);
		assert_int_equal(t->ask.path.n + t->ask.query.n, 0);
		assert_true(hg_str_is(t->ask.resource, HG_STR("(none)")));
		assert_null(t->ask.token);
		assert_true(has_field(&t->ask, "Accept"));
		assert_int_equal(t->ask.n_fields, 1);
	}
	assert_true(hg_str_is(t->ask.url, HG_STR("http://evil.example/x")));
	answer(t, 200, "log");
	assert_string_equal(probe->body, "log");
}

/* Else any storage host could choose a path that is then asked with GitHub's credential. */
static void a_path_of_another_host_stays_there(void **state)
{
	(void)state;
	(void)begin("GET", "/repos/o/r/tarball");
	struct hg_ticket *t = sent();

	t = redirect(t, 302, "https://storage.example:8443/a");
	t = redirect(t, 302, "/user");
	assert_true(hg_str_is(t->ask.url, HG_STR("https://storage.example:8443/user")));
	answer(t, 200, "");
}

static void a_path_of_the_upstream_is_its_hosts(void **state)
{
	(void)state;
	probe->fake.snapshot.upstreams[0].base_url = "https://ghe.example/api/v3/";
	(void)begin("GET", "/repos/old/name");
	struct hg_ticket *t = sent();

	t = redirect(t, 301, "/api/v3/repositories/1");
	assert_true(hg_str_is(t->ask.path, HG_STR("/repositories/1")));
	t = redirect(t, 301, "/raw/file");
	assert_true(hg_str_is(t->ask.url, HG_STR("https://ghe.example/raw/file")));
	answer(t, 200, "");
}

static void a_redirect_that_leads_nowhere_is_an_error(void **state)
{
	static const char *const places[] = { "relative", "ftp://example.com/x", "#top",
		"javascript:alert(1)", "?a" };

	(void)state;
	for (unsigned i = 0; i < sizeof(places) / sizeof(*places); i++) {
		probe->n_done = 0;
		(void)begin("GET", "/zen");
		hg_fetch_send(probe->fetch, on_done, probe);
		fake_settle(&probe->fake);
		assert_null(redirect(probe->fake.got[i], 302, places[i]));
		assert_int_equal(probe->n_done, 1);
		assert_int_equal(probe->err_code, HG_EINVAL);
	}
}

static void too_many_redirects_are_an_error(void **state)
{
	(void)state;
	hg_fetch_set_redirects(begin("GET", "/zen"), 2);
	struct hg_ticket *t = sent();

	t = redirect(t, 302, "/1");
	t = redirect(t, 302, "/2");
	assert_null(redirect(t, 302, "/3"));
	assert_int_equal(probe->n_done, 1);
	assert_int_equal(probe->err_code, HG_ETOOBIG);
}

static void without_redirects_the_redirect_is_the_reply(void **state)
{
	(void)state;
	hg_fetch_set_redirects(begin("GET", "/zen"), 0);
	assert_null(redirect(sent(), 302, "/1"));
	assert_int_equal(probe->status, 302);
	assert_string_equal(probe->location, "/1");
	assert_string_equal(probe->body, "moved");
}

static void a_write_is_never_redirected(void **state)
{
	(void)state;
	(void)begin("POST", "/repos/o/r/issues");
	assert_null(redirect(sent(), 307, "/repositories/1/issues"));
	assert_int_equal(probe->status, 307);
}

static void a_body_over_the_limit_ends_the_fetch(void **state)
{
	(void)state;
	hg_fetch_set_max_body(begin("GET", "/zen"), 4);
	struct hg_ticket *t = sent();

	fake_give_head(t, 200, NULL, NULL);
	(void)fake_give_piece(t, "1234", 1 << 20);
	fake_settle(&probe->fake);
	assert_int_equal(probe->n_done, 0);
	(void)fake_give_piece(t, "5", 1 << 20);
	fake_settle(&probe->fake);
	assert_int_equal(probe->n_done, 1);
	assert_int_equal(probe->err_code, HG_ETOOBIG);
	assert_int_equal(probe->status, 0);
	assert_true(probe->fake.wish.cancel); /* the dispatcher is told */
}

static void a_cancelled_fetch_is_told_once_and_later(void **state)
{
	(void)state;
	(void)begin("GET", "/zen");
	(void)sent();
	hg_fetch_cancel(probe->fetch);
	hg_fetch_cancel(probe->fetch);
	assert_int_equal(probe->n_done, 0);
	fake_settle(&probe->fake);
	assert_int_equal(probe->n_done, 1);
	assert_int_equal(probe->err_code, HG_ECANCELLED);
	assert_true(probe->fake.wish.cancel);
}

static void a_fetch_cancelled_with_its_reply_under_way_is_told_once(void **state)
{
	(void)state;
	(void)begin("GET", "/zen");
	struct hg_ticket *t = sent();

	fake_give_head(t, 200, NULL, NULL);
	fake_give_end(t, 0, "");
	hg_fetch_cancel(probe->fetch);
	fake_settle(&probe->fake);
	assert_int_equal(probe->n_done, 1);
	assert_int_equal(probe->err_code, HG_ECANCELLED);
}

static unsigned n_fetches_in_on_done;

static void look_in_on_done(void *self, void *arg, const struct hg_fetched *got)
{
	n_fetches_in_on_done = atomic_load(&probe->in->n_fetches);
	on_done(self, arg, got);
}

static void an_instance_counts_a_fetch_until_on_done_returned(void **state)
{
	(void)state;
	(void)begin("GET", "/zen");
	assert_int_equal(atomic_load(&probe->in->n_fetches), 0);
	hg_fetch_send(probe->fetch, look_in_on_done, probe);
	assert_int_equal(atomic_load(&probe->in->n_fetches), 1);
	fake_settle(&probe->fake);
	hg_fetch_cancel(probe->fetch);
	assert_int_equal(atomic_load(&probe->in->n_fetches), 1); /* on_done is still to come */
	n_fetches_in_on_done = 0;
	fake_settle(&probe->fake);
	assert_int_equal(probe->n_done, 1);
	assert_int_equal(n_fetches_in_on_done, 1);
	assert_int_equal(atomic_load(&probe->in->n_fetches), 0);
}

static void a_redirected_fetch_is_counted_once(void **state)
{
	(void)state;
	(void)begin("GET", "/zen");
	struct hg_ticket *t = redirect(sent(), 302, "/1");

	assert_int_equal(atomic_load(&probe->in->n_fetches), 1);
	answer(t, 200, "");
	assert_int_equal(atomic_load(&probe->in->n_fetches), 0);
}

static void a_fetch_that_was_not_sent_is_freed_by_cancel(void **state)
{
	(void)state;
	hg_fetch_cancel(begin("GET", "/zen"));
	fake_settle(&probe->fake);
	assert_int_equal(probe->n_done, 0);
}

static void pieces_come_as_they_are_and_the_body_is_empty(void **state)
{
	(void)state;
	hg_fetch_on_piece(begin("GET", "/zen"), on_piece);
	hg_fetch_set_max_body(probe->fetch, 1); /* of a whole body, not of pieces */
	struct hg_ticket *t = redirect(sent(), 302, "/other");

	fake_give_head(t, 200, NULL, NULL);
	(void)fake_give_piece(t, "ab", 1 << 20);
	fake_settle(&probe->fake);
	assert_string_equal(probe->pieces, "ab|"); /* a redirect's body is nobody's */
	(void)fake_give_piece(t, "cd", 1 << 20);
	fake_give_end(t, 0, "");
	fake_settle(&probe->fake);
	assert_string_equal(probe->pieces, "ab|cd|");
	assert_int_equal(probe->n_done, 1);
	assert_string_equal(probe->body, "");
}

static void cancelled_in_on_piece_no_more_pieces_come(void **state)
{
	(void)state;
	probe->cancels = true;
	hg_fetch_on_piece(begin("GET", "/zen"), on_piece);
	struct hg_ticket *t = sent();

	fake_give_head(t, 200, NULL, NULL);
	(void)fake_give_piece(t, "ab", 1 << 20);
	(void)fake_give_piece(t, "cd", 1 << 20);
	fake_give_end(t, 0, "");
	fake_settle(&probe->fake);
	assert_int_equal(probe->n_pieces, 1);
	assert_int_equal(probe->n_done, 1);
	assert_int_equal(probe->err_code, HG_ECANCELLED);
}

int main(void)
{
#define ALONE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		ALONE(a_reply_is_told_whole),
		ALONE(body_class_deadline_and_fields_go_out),
		ALONE(graphql_has_an_entrance_of_its_own),
		ALONE(a_graphql_query_is_a_read_with_a_price),
		ALONE(what_may_be_a_mutation_is_a_write),
		ALONE(a_failure_is_told_with_its_reason),
		ALONE(a_reply_cut_in_its_body_is_no_reply),
		ALONE(a_full_dispatcher_is_an_error_told_later),
		ALONE(a_redirect_within_github_is_followed),
		ALONE(redirects_do_not_stretch_the_deadline),
		ALONE(another_host_gets_no_credential_and_costs_no_budget),
		ALONE(a_path_of_another_host_stays_there),
		ALONE(a_path_of_the_upstream_is_its_hosts),
		ALONE(a_redirect_that_leads_nowhere_is_an_error),
		ALONE(too_many_redirects_are_an_error),
		ALONE(without_redirects_the_redirect_is_the_reply),
		ALONE(a_write_is_never_redirected),
		ALONE(a_body_over_the_limit_ends_the_fetch),
		ALONE(a_cancelled_fetch_is_told_once_and_later),
		ALONE(a_fetch_cancelled_with_its_reply_under_way_is_told_once),
		ALONE(an_instance_counts_a_fetch_until_on_done_returned),
		ALONE(a_redirected_fetch_is_counted_once),
		ALONE(a_fetch_that_was_not_sent_is_freed_by_cancel),
		ALONE(pieces_come_as_they_are_and_the_body_is_empty),
		ALONE(cancelled_in_on_piece_no_more_pieces_come),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
