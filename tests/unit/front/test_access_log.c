#include "front_world.h"
#include "front/access_log.h"
#include <stdlib.h>

static char path[64];

static void begin(struct world *w, const char *format)
{
	world_init(w);
	snprintf(path, sizeof(path), "/tmp/hubgate-access.XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	struct hg_sink *sink = hg_sink_new(path, 1 << 20, NULL, NULL);
	w->snapshot.access_log = hg_access_log_new(format, sink, NULL);
	assert_non_null(w->snapshot.access_log);
	hg_sink_unref(sink);
	world_start(w);
}

static void end(struct world *w)
{
	struct hg_access_log *log = w->snapshot.access_log;

	world_stop(w);
	hg_access_log_free(log);
	unlink(path);
}

static const char *written(const struct world *w)
{
	static char text[8192];

	hg_sink_flush(hg_access_log_sink(w->snapshot.access_log));
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
	return text;
}

static void ask(struct world *w, struct peer *p, const char *head)
{
	static const struct hg_field fields[] = { FIELD("X-GitHub-Request-Id", "AB:12"),
		FIELD("Content-Length", "2") };
	uint32_t i = w->n_tickets;

	peer_say(p, head);
	(void)peer_hear(p);
	if (w->n_tickets == i)
		return; /* answered at once */
	world_give_head(w, i, 200, fields, 2);
	world_give(w, i, "{}");
	world_finish(w, i);
	(void)peer_hear(p);
}

#define REQUEST(more)                                                               \
	"GET /repos/o/r?access_token=x&page=2 HTTP/1.1\r\nHost: localhost\r\n" more \
	"X-Request-Id: it\r\n\r\n"

static void a_template_says_what_it_names(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "{request_id} {{{method}}} {target} {status} {upstream_status} "
		  "{github_request_id} {credential} {trace_id} {cache} {user_agent} {cut}");
	struct peer *p = world_connect(&w);
	ask(&w, p,
		REQUEST("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
			"User-Agent: a\"b\\c\xc3\xa4\td\r\n"));
	assert_string_equal(written(&w),
		"it {GET} /repos/o/r?access_token=***&page=2 200 200 AB:12 main "
		"4bf92f3577b34da6a3ce929d0e0e4736 - a\\x22b\\x5cc\\xc3\\xa4\\x09d 0\n");
	end(&w);
}

static void combined_has_the_order_that_tools_know(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "combined");
	struct peer *p = world_connect(&w);
	ask(&w, p, REQUEST("Referer: http://x/?code=1&a=b\r\nUser-Agent: gh\r\n"));
	const char *line = written(&w);
	assert_true(strncmp(line, "127.0.0.1:", 10) == 0);
	assert_non_null(strstr(line, " - local ["));
	assert_non_null(strstr(line, " +0000] \"GET /repos/o/r?access_token=***&page=2 HTTP/1.1\" "
				     "200 "));
	assert_non_null(strstr(line, " \"http://x/?code=***&a=b\" \"gh\" id=it "));
	assert_non_null(strstr(line, "ms trace=- cache=- github=200 AB:12\n"));
	end(&w);
}

static void json_is_one_object_a_line(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "json");
	struct peer *p = world_connect(&w);
	ask(&w, p, REQUEST("User-Agent: a\"\\\r\n"));
	const char *line = written(&w);
	assert_true(strncmp(line, "{\"time\":\"", 9) == 0);
	assert_non_null(strstr(line, "\"query\":\"access_token=***&page=2\","));
	assert_non_null(strstr(line, "\"status\":200,"));
	assert_non_null(strstr(line, "\"user_agent\":\"a\\\\x22\\\\x5c\"}\n"));
	assert_null(strstr(line, "trace_id"));
	end(&w);
}

static void what_was_not_understood_is_a_line_too(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "{client} {method} {path} {status} {duration_ms}");
	struct peer *p = world_connect(&w);
	ask(&w, p, "GET /\x01 HTTP/1.1\r\n\r\n");
	assert_string_equal(written(&w), "- - - 400 0.000\n");
	end(&w);
}

static void who_leaves_is_cut(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "{request_id} {status} {cut}");
	struct peer *p = world_connect(&w);
	peer_say(p, REQUEST(""));
	peer_leave(p);
	world_turn(&w);
	assert_string_equal(written(&w), "it 0 1\n");
	end(&w);
}

static void a_wrong_format_is_refused_with_its_reason(void **state)
{
	(void)state;
	static const struct {
		const char *format, *why;
	} rows[] = {
		{ "{status", "a { is not closed" },
		{ "{statsu}", "there is no field {statsu}" },
		{ "{}", "there is no field {}" },
		{ "status}", "a } closes nothing (write }} for the brace itself)" },
		{ "a\nb", "a control byte would break lines" },
	};
	char many[48 * 5 + 1] = "";
	struct hg_err err = HG_ERR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_false(hg_access_log_check(rows[i].format, &err));
		assert_string_equal(err.text, rows[i].why);
	}
	for (int i = 0; i < 48; i++)
		memcpy(many + i * 5, "{cut}", 6);
	assert_false(hg_access_log_check(many, &err));
	assert_string_equal(err.text, "more than 47 fields");
	many[47 * 5] = '\0';
	assert_true(hg_access_log_check(many, &err));
	assert_true(hg_access_log_check("json", &err));
	assert_true(hg_access_log_check("combined", &err));
	assert_true(hg_access_log_check("", &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_template_says_what_it_names),
		cmocka_unit_test(combined_has_the_order_that_tools_know),
		cmocka_unit_test(json_is_one_object_a_line),
		cmocka_unit_test(what_was_not_understood_is_a_line_too),
		cmocka_unit_test(who_leaves_is_cut),
		cmocka_unit_test(a_wrong_format_is_refused_with_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
