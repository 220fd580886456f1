#include "front_world.h"
#include "base/log.h"

static struct hg_text written;

static void take_line(void *arg, const char *line, size_t n)
{
	(void)arg;
	hg_text_add(&written, (struct hg_str){ line, n });
}

static void begin(struct world *w)
{
	world_init(w);
	world_start(w);
	hg_text_init(&written);
	hg_log_set_sink(take_line, NULL);
}

static void end(struct world *w)
{
	hg_log_set_sink(NULL, NULL);
	hg_text_fini(&written);
	world_stop(w);
}

static void ask(struct world *w, struct peer *p, const char *head)
{
	peer_say(p, head);
	assert_true(w->n_tickets > 0);
}

#define WITHOUT_BODY(method)                                                                   \
	method " /repos/o/r/issues/7?secret=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: " \
	       "0\r\n"                                                                         \
	       "X-Request-Id: it\r\n\r\n"

static void each_write_is_one_line_and_a_read_is_none(void **state)
{
	static const char *const heads[] = { WITHOUT_BODY("POST"), WITHOUT_BODY("PUT"),
		WITHOUT_BODY("PATCH"), WITHOUT_BODY("DELETE"), WITHOUT_BODY("GET"),
		WITHOUT_BODY("HEAD") };
	static const struct hg_field fields[] = { FIELD("X-GitHub-Request-Id", "AB:12"),
		FIELD("Content-Length", "2") };
	struct world w;

	(void)state;
	begin(&w);
	struct peer *p = world_connect(&w);
	for (uint32_t i = 0; i < 6; i++) {
		ask(&w, p, heads[i]);
		world_give_head(&w, i, 200, fields, 2);
		if (i < 5)
			world_give(&w, i, "{}");
		world_finish(&w, i);
		(void)peer_hear(p);
		assert_int_equal(
			written.p ? count_of(written.p, "info audit: it ") : 0, i < 4 ? i + 1 : 4);
	}
	assert_non_null(strstr(written.p,
		"client=local credential=main method=PATCH route=/repos/{owner}/{repo}/issues/{} "
		"path=/repos/o/r/issues/7 status=200 github_status=200 github_request_id=AB:12 "
		"cut=0\n"));
	assert_null(strstr(written.p, "secret"));
	end(&w);
}

static void a_write_without_an_answer_is_a_line_too(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	struct peer *p = world_connect(&w), *q = world_connect(&w);
	ask(&w, p, WITHOUT_BODY("POST"));
	world_end(&w, 0,
		&(struct hg_ticket_end){
			.code = HG_EIO, .status = 502, .word = "upstream_failed" });
	world_turn(&w);
	(void)peer_hear(p);
	assert_non_null(strstr(written.p, " status=502 github_status=0 github_request_id=- cut=0"));
	ask(&w, q, WITHOUT_BODY("DELETE"));
	peer_leave(q); /* it may be done all the same */
	assert_non_null(strstr(written.p, "method=DELETE"));
	assert_non_null(strstr(written.p, " status=0 github_status=0 github_request_id=- "));
	end(&w);
}

static void what_was_not_sent_is_no_line(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	struct peer *p = world_connect(&w);
	peer_say(p, "POST /repos/o/r HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n");
	assert_non_null(strstr(peer_hear(p), "403 "));
	assert_int_equal(w.n_tickets, 0);
	assert_true(!written.p || !strstr(written.p, "audit"));
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_write_is_one_line_and_a_read_is_none),
		cmocka_unit_test(a_write_without_an_answer_is_a_line_too),
		cmocka_unit_test(what_was_not_sent_is_no_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
