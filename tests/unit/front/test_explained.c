#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "front/explained.h"
#include "front/state.h"
#include "ticket/view.h"

#define SEC INT64_C(1000000)

/* -- rig --------------------------------------------------------------------------------------- */

struct site {
	struct hg_front front;
	struct hg_request r;
	struct hg_ticket ticket;
	struct hg_head head;
};

static void asks(struct site *s, const char *value)
{
	s->r.head.fields[0].value = hg_str(value);
	s->r.head.n_fields = 1;
	s->r.head.known[HG_HTTP1_X_HUBGATE_EXPLAIN] = 1;
}

static void begin(struct site *s)
{
	memset(s, 0, sizeof(*s));
	s->r.front = &s->front;
	s->front.view = hg_view_new();
	asks(s, "1");
}

/* Its ticket has a head, which cost this. */
static void fetched(struct site *s)
{
	s->r.ticket = &s->ticket;
	s->r.reply.head = &s->head;
	s->r.reply.note = (struct hg_head_note){ .alias = "main",
		.resource = "core",
		.limit = 5000,
		.remaining = 3210,
		.reset_s = 1796040000 };
}

static void expect_added(struct site *s, const char *want)
{
	struct hg_text out;

	hg_text_init(&out);
	hg_explained_add(&s->r, &out);
	assert_string_equal(out.n ? out.p : "", want);
	hg_text_fini(&out);
}

static void end(struct site *s)
{
	hg_view_free(s->front.view);
}

/* -- tests ------------------------------------------------------------------------------------- */

static void nobody_is_told_who_did_not_ask(void **state)
{
	struct site s;

	(void)state;
	begin(&s);
	fetched(&s);
	asks(&s, "0");
	expect_added(&s, "");
	asks(&s, "yes");
	expect_added(&s, "");
	s.r.head.known[HG_HTTP1_X_HUBGATE_EXPLAIN] = 0;
	expect_added(&s, "");
	end(&s);
}

static void the_longest_wait_its_strategy_and_the_payer_are_told(void **state)
{
	struct site s;

	(void)state;
	begin(&s);
	fetched(&s);
	s.r.waited_us = 1200 * SEC / 1000;
	s.ticket.waited = (struct hg_waited){
		.word = "pace", .about = "paced", .strategy = "adaptive", .us = SEC, .tries = 1
	};
	expect_added(&s, "X-Hubgate-Explain: waited 1.200 s: paced (adaptive); paid by main; "
			 "core 3210 of 5000 left, resets 12:00:00Z\r\n");
	s.ticket.waited.tries = 3;
	s.r.reply.note.shared = true;
	s.r.reply.note.limit = -1; /* of a host that counts nothing */
	expect_added(&s, "X-Hubgate-Explain: waited 1.200 s: paced (adaptive); 3 tries; "
			 "shared another's fetch; paid by main\r\n");
	end(&s);
}

static void who_did_not_wait_has_no_reason(void **state)
{
	struct site s;

	(void)state;
	begin(&s);
	fetched(&s);
	s.r.reply.note.limit = -1;
	s.ticket.waited =
		(struct hg_waited){ .word = "turn", .about = "behind others", .tries = 1 };
	expect_added(&s, "X-Hubgate-Explain: waited 0.000 s; paid by main\r\n");
	s.ticket.waited = (struct hg_waited){ 0 };
	expect_added(&s, "X-Hubgate-Explain: waited 0.000 s; paid by main\r\n");
	end(&s);
}

static void a_refusal_tells_what_for_and_the_budget_of_now(void **state)
{
	const struct hg_view_row row = {
		.limit = 5000, .remaining = 0, .used = 5000, .reset_s = 1796040000
	};
	struct site s;

	(void)state;
	begin(&s);
	s.r.ticket = &s.ticket;
	s.r.ticket_ended = true;
	s.ticket.waited = (struct hg_waited){ .word = "empty", .about = "budget spent" };
	expect_added(&s, "X-Hubgate-Explain: waited 0.000 s: budget spent\r\n");
	s.r.github.resource = "core";
	hg_view_put(s.front.view, s.r.client.scope, HG_STR("core"), &row);
	expect_added(&s, "X-Hubgate-Explain: waited 0.000 s: budget spent; core 0 of 5000 left, "
			 "resets 12:00:00Z\r\n");
	end(&s);
}

static void what_comes_from_memory_says_so_also_beside_a_fetch_for_it(void **state)
{
	struct site s;

	(void)state;
	begin(&s);
	s.r.cache_status = HG_STR("hit; ttl=240");
	expect_added(&s, "X-Hubgate-Explain: from memory: hit; ttl=240\r\n");
	s.r.ticket = &s.ticket; /* it is confirmed behind the client's back: nothing came yet */
	expect_added(&s, "X-Hubgate-Explain: from memory: hit; ttl=240\r\n");
	s.r.cache_status = (struct hg_str){ 0 };
	expect_added(&s, "X-Hubgate-Explain: from memory: no wait\r\n");
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_told_who_did_not_ask),
		cmocka_unit_test(the_longest_wait_its_strategy_and_the_payer_are_told),
		cmocka_unit_test(who_did_not_wait_has_no_reason),
		cmocka_unit_test(a_refusal_tells_what_for_and_the_budget_of_now),
		cmocka_unit_test(what_comes_from_memory_says_so_also_beside_a_fetch_for_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
