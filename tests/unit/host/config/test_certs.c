#include "../../front/tls_world.h"
#include "base/log.h"
#include "host/config/certs.h"
#include "host/config/faults.h"
#include "host/config/yaml.h"

#define DAY_US (INT64_C(86400) * SEC)

static struct papers papers;

static int make_papers(void **state)
{
	(void)state;
	papers_make(&papers);
	return 0;
}

static int burn_papers(void **state)
{
	(void)state;
	papers_burn(&papers);
	return 0;
}

/* -- reading ----------------------------------------------------------------------------------- */

struct fixture {
	struct hg_keep keep;
	struct hg_faults faults;
	struct hg_cert_plan plan;
	struct hg_tls *tls;
	struct hg_text said;
};

/* `@` in the text is the folder of the papers. */
static void load(struct fixture *f, const char *text)
{
	memset(f, 0, sizeof(*f));
	hg_keep_init(&f->keep);
	hg_faults_init(&f->faults);
	hg_text_init(&f->said);
	struct hg_text yaml;
	hg_text_init(&yaml);
	for (const char *p = text; *p; p++) {
		if (p[0] == '@')
			hg_text_add(&yaml, hg_str(papers.dir));
		else
			hg_text_add_char(&yaml, *p);
	}
	const struct hg_node *node =
		hg_yaml_parse(&f->keep.arena, "t.yaml", hg_text_str(&yaml), &f->faults);
	assert_non_null(node);
	hg_cert_plan_read(&f->plan, "listeners[0]", node, &f->keep, &f->faults);
	if (f->plan.is_on && !f->faults.n_errors)
		f->tls = hg_cert_plan_load(&f->plan, "127.0.0.1:0", &f->faults);
	for (uint32_t i = 0; i < f->faults.n; i++) {
		hg_text_add(&f->said, i ? HG_STR("\n") : HG_STR(""));
		hg_fault_print(&f->faults.items[i], &f->said);
	}
	hg_text_fini(&yaml);
}

static void drop(struct fixture *f)
{
	hg_tls_unref(f->tls);
	hg_text_fini(&f->said);
	hg_faults_fini(&f->faults);
	hg_keep_fini(&f->keep);
}

static bool says(const struct fixture *f, const char *words)
{
	return f->said.p && strstr(f->said.p, words);
}

static void without_tls_there_is_none(void **state)
{
	(void)state;
	struct fixture f;

	load(&f, "bind: 127.0.0.1:0\n");
	assert_false(f.plan.is_on);
	assert_int_equal(f.faults.n, 0);
	drop(&f);
}

static void what_can_not_be_loaded_is_said_at_its_option(void **state)
{
	(void)state;
	struct fixture f;

	load(&f, "tls:\n  cert: @/nowhere.pem\n  key: @/server.key\n");
	assert_null(f.tls);
	assert_true(says(&f, "t.yaml:2:9: listeners[0].tls.cert: "));
	assert_true(says(&f, "nowhere.pem: No such file or directory"));
	drop(&f);
	load(&f, "tls:\n  cert: @/server.key\n  key: @/server.key\n");
	assert_true(says(&f, "t.yaml:2:9: listeners[0].tls.cert: "));
	assert_true(says(&f, "server.key: there is no certificate in it (PEM)"));
	drop(&f);
	load(&f, "tls:\n  cert: @/server.pem\n  key: @/ca.pem\n");
	assert_true(says(&f, "t.yaml:3:8: listeners[0].tls.key: "));
	assert_true(says(&f, "ca.pem: there is no private key in it (PEM)"));
	drop(&f);
	load(&f, "tls:\n  cert: @/server.pem\n  key: @/server.key\n  client_ca: @/server.key\n");
	assert_true(says(&f, "t.yaml:4:14: listeners[0].tls.client_ca: "));
	assert_true(says(&f, "server.key: there is no certificate in it (PEM)"));
	drop(&f);
}

static void clients_must_show_theirs_unless_it_says_otherwise(void **state)
{
	(void)state;
	struct fixture f;

	load(&f, "tls: {cert: @/server.pem, key: @/server.key, client_ca: @/ca.pem}\n");
	assert_non_null(f.tls);
	assert_true(hg_cert_plan_needs_client(&f.plan));
	drop(&f);
	load(&f, "tls: {cert: @/server.pem, key: @/server.key, client_ca: @/ca.pem, "
		 "client: optional}\n");
	assert_non_null(f.tls);
	assert_false(hg_cert_plan_needs_client(&f.plan));
	drop(&f);
	load(&f, "tls: {cert: @/server.pem, key: @/server.key}\n");
	assert_false(hg_cert_plan_needs_client(&f.plan));
	drop(&f);
}

static void a_certificate_that_ends_soon_or_has_is_a_warning(void **state)
{
	(void)state;
	struct fixture f;

	papers_issue(&papers, "soon", "localhost", NULL, 3, false);
	papers_issue(&papers, "old", "localhost", NULL, -3, false);
	load(&f, "tls:\n  cert: @/soon.pem\n  key: @/soon.key\n");
	assert_non_null(f.tls);
	assert_int_equal(f.faults.n_errors, 0);
	assert_true(says(&f, "t.yaml:2:9: listeners[0].tls.cert: "));
	assert_true(says(&f, "soon.pem expires in "));
	drop(&f);
	load(&f, "tls:\n  cert: @/old.pem\n  key: @/old.key\n");
	assert_non_null(f.tls);
	assert_int_equal(f.faults.n_errors, 0);
	assert_true(says(&f, "old.pem has expired"));
	drop(&f);
}

/* -- watching ---------------------------------------------------------------------------------- */

struct host {
	struct hg_clock *clock;
	struct hg_loop *loop;
	struct hg_certs certs;
	struct hg_snapshot snapshot;
	struct hg_listener_conf listener;
};

static void wait_us(struct host *h, int64_t us)
{
	struct hg_now now = hg_clock_read(h->clock);

	now.mono_us += us;
	now.wall_us += us;
	hg_clock_set(h->clock, now);
	for (int i = 0; i < 100 && hg_loop_turn(h->loop); i++)
		continue;
}

static long serial_of(struct hg_tls *tls)
{
	SSL *ssl = hg_tls_open(tls);
	long serial = ASN1_INTEGER_get(X509_get0_serialNumber(SSL_get_certificate(ssl)));

	SSL_free(ssl);
	return serial;
}

static void start(struct host *h)
{
	memset(h, 0, sizeof(*h));
	h->clock = hg_clock_new_held((struct hg_now){ SEC, SEC });
	h->loop = hg_loop_new(h->clock, HG_THREAD_HOST, "host", 8);
	hg_loop_enter(h->loop);
	h->listener = (struct hg_listener_conf){ .name = "127.0.0.1:0",
		.tls = papers_tls(&papers, NULL, false) };
	h->snapshot.n_listeners = 1;
	h->snapshot.listeners = &h->listener;
	hg_certs_watch(&h->certs, h->loop, &h->snapshot);
}

static void stop(struct host *h)
{
	hg_certs_watch(&h->certs, h->loop, NULL);
	assert_int_equal(hg_loop_next_alarm_us(h->loop), INT64_MAX);
	hg_tls_unref(h->listener.tls);
	hg_loop_free(h->loop);
	hg_clock_free(h->clock);
}

static void other_files_are_in_force_within_half_a_minute(void **state)
{
	(void)state;
	struct host h;

	start(&h);
	long first = serial_of(h.listener.tls);
	wait_us(&h, HG_CERTS_LOOK_US);
	assert_int_equal(serial_of(h.listener.tls), first);
	papers_issue(&papers, "server", "localhost", "DNS:localhost", 30, false);
	wait_us(&h, HG_CERTS_LOOK_US);
	long second = serial_of(h.listener.tls);
	assert_int_not_equal(second, first);
	wait_us(&h, DAY_US); /* it goes on, and nothing changes by itself */
	wait_us(&h, DAY_US);
	assert_int_equal(serial_of(h.listener.tls), second);
	assert_true(hg_loop_next_alarm_us(h.loop) < INT64_MAX);
	stop(&h);
}

static void a_configuration_without_tls_sets_no_alarm(void **state)
{
	(void)state;
	struct host h;
	struct hg_listener_conf plain = { .name = "127.0.0.1:1" };
	struct hg_snapshot other = { .n_listeners = 1, .listeners = &plain };

	start(&h);
	assert_true(hg_loop_next_alarm_us(h.loop) < INT64_MAX);
	hg_certs_watch(&h.certs, h.loop, &other);
	assert_int_equal(hg_loop_next_alarm_us(h.loop), INT64_MAX);
	hg_certs_watch(&h.certs, h.loop, &h.snapshot);
	assert_true(hg_loop_next_alarm_us(h.loop) < INT64_MAX);
	stop(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_tls_there_is_none),
		cmocka_unit_test(what_can_not_be_loaded_is_said_at_its_option),
		cmocka_unit_test(clients_must_show_theirs_unless_it_says_otherwise),
		cmocka_unit_test(a_certificate_that_ends_soon_or_has_is_a_warning),
		cmocka_unit_test(other_files_are_in_force_within_half_a_minute),
		cmocka_unit_test(a_configuration_without_tls_sets_no_alarm),
	};

	return cmocka_run_group_tests(tests, make_papers, burn_papers);
}
