#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include "front/request.h"
#include "front/stored.h"

#define F(n, v)                      \
	{                            \
		HG_STR(n), HG_STR(v) \
	}

static struct hg_stored *make(const struct hg_field *fields, uint32_t n)
{
	return hg_stored_make(200, fields, n, HG_STR("{\"a\":1}"));
}

static void the_head_is_rendered_once_with_links_apart(void **state)
{
	struct hg_field fields[] = { F("Content-Type", "application/json"),
		F("Link", "<https://api.github.com/x>; rel=\"next\""), F("ETag", "\"1\""),
		F("location", "/y"), F("X-Empty", "") };
	struct hg_stored *kept = make(fields, 5);

	(void)state;
	assert_true(hg_str_is(kept->lines,
		HG_STR("Content-Type: application/json\r\nETag: \"1\"\r\nX-Empty: \r\n")));
	assert_true(hg_str_is(kept->link, HG_STR("<https://api.github.com/x>; rel=\"next\"")));
	assert_true(hg_str_is(kept->location, HG_STR("/y")));
	assert_true(hg_str_is(kept->etag, HG_STR("\"1\"")));
	assert_true(hg_str_is(hg_stored_header(kept, "etag"), HG_STR("\"1\"")));
	assert_true(hg_str_is(hg_stored_header(kept, "LINK"), kept->link));
	assert_null(hg_stored_header(kept, "nothing").p);
	assert_true(hg_str_is(hg_stored_body(kept), HG_STR("{\"a\":1}")));
	assert_int_equal(hg_stored_status(kept), 200);
	hg_stored_unref(kept);
}

static void what_belongs_to_one_exchange_or_connection_is_dropped(void **state)
{
	struct hg_field fields[] = { F("Date", "x"), F("Content-Length", "7"),
		F("X-RateLimit-Remaining", "1"), F("Set-Cookie", "a=b"), F("Connection", "close"),
		F("Transfer-Encoding", "chunked"), F("X-GitHub-Request-Id", "1"),
		F("Vary", "Accept") };
	struct hg_stored *kept = make(fields, 8);

	(void)state;
	assert_int_equal(kept->n_fields, 1);
	assert_true(hg_str_is(kept->lines, HG_STR("Vary: Accept\r\n")));
	hg_stored_unref(kept);
}

static void it_is_a_copy_and_knows_its_size(void **state)
{
	char body[] = "abc", value[] = "v";
	struct hg_field field = { HG_STR("A"), { value, 1 } };
	struct hg_stored *kept = hg_stored_make(404, &field, 1, (struct hg_str){ body, 3 });

	(void)state;
	memset(body, 'x', 3);
	value[0] = 'x';
	assert_true(hg_str_is(hg_stored_body(kept), HG_STR("abc")));
	assert_true(hg_str_is(hg_stored_header(kept, "a"), HG_STR("v")));
	assert_in_range(hg_stored_bytes(kept), 3 + 6, 400);
	hg_stored_unref(kept);
}

static void nothing_at_all_can_be_kept(void **state)
{
	struct hg_stored *kept = hg_stored_make(204, NULL, 0, (struct hg_str){ 0 });

	(void)state;
	assert_int_equal(kept->lines.n + kept->body.n + kept->n_fields, 0);
	hg_stored_unref(hg_stored_ref(kept));
	assert_int_equal(hg_stored_status(kept), 204);
	hg_stored_unref(kept);
	hg_stored_unref(NULL);
}

/* RFC 9111, 4.3.4: after a 304 the newer fields win, the others stay, and so does the body. */
static void a_304_renews_the_head_and_keeps_the_body(void **state)
{
	struct hg_field old_fields[] = { F("Content-Type", "application/json"), F("ETag", "\"1\""),
		F("Link", "<old>"), F("X-OAuth-Scopes", "repo") };
	struct hg_field new_fields[] = { F("etag", "W/\"1\""), F("Content-Type", "text/plain"),
		F("Link", "<new>"), F("Date", "x"), F("Cache-Control", "private") };
	struct hg_stored *old = make(old_fields, 4);
	struct hg_reply reply = { .fields = new_fields, .n_fields = 5 };
	struct hg_stored *kept = hg_stored_renew(old, &reply);

	(void)state;
	hg_stored_unref(old);
	assert_int_equal(hg_stored_status(kept), 200);
	assert_true(hg_str_is(kept->etag, HG_STR("W/\"1\"")));
	assert_true(hg_str_is(kept->link, HG_STR("<new>")));
	assert_true(hg_str_is(hg_stored_header(kept, "content-type"), HG_STR("application/json")));
	assert_true(hg_str_is(hg_stored_header(kept, "cache-control"), HG_STR("private")));
	assert_true(hg_str_is(hg_stored_header(kept, "x-oauth-scopes"), HG_STR("repo")));
	assert_null(hg_stored_header(kept, "date").p);
	assert_int_equal(kept->n_fields, 5);
	assert_true(hg_str_is(hg_stored_body(kept), HG_STR("{\"a\":1}")));
	hg_stored_unref(kept);
}

/* -- forms ------------------------------------------------------------------------------------- */

static const char *const hosts[] = { "localhost:1", "localhost:2", "localhost:3", "localhost:4",
	"localhost:5", "localhost:6" };

static struct hg_rewrite rewrite_for(const char *host)
{
	static const struct hg_snapshot snapshot = { .n_upstreams = 1,
		.upstreams[0].base_url = "https://api.github.com" };
	struct hg_rewrite w;

	hg_rewrite_init(&w, &snapshot, 0, false, false, hg_str(host), (struct hg_str){ 0 });
	return w;
}

static struct hg_stored *make_json(void)
{
	struct hg_field fields[] = { F("Content-Type", "application/json"), F("ETag", "W/\"1\""),
		F("Link", "<https://api.github.com/x?page=2>; rel=\"next\"") };

	return hg_stored_make(
		200, fields, 3, HG_STR("{\"url\":\"https://api.github.com/x\",\"n\":1}"));
}

static bool has(struct hg_str text, const char *part)
{
	return memmem(text.p, text.n, part, strlen(part)) != NULL;
}

static void a_form_has_the_links_the_tag_and_the_body_of_its_base(void **state)
{
	struct hg_rewrite w = rewrite_for("localhost:1");
	struct hg_stored *kept = make_json(), *form = hg_stored_take_for(hg_stored_ref(kept), &w);

	(void)state;
	assert_ptr_not_equal(form, kept);
	assert_true(hg_str_is(
		hg_stored_body(form), HG_STR("{\"url\":\"http://localhost:1/x\",\"n\":1}")));
	assert_true(hg_str_is(hg_stored_header(form, "link"),
		HG_STR("<http://localhost:1/x?page=2>; rel=\"next\"")));
	assert_null(form->link.p);
	assert_true(has(form->lines, "Link: <http://localhost:1/x?page=2>; rel=\"next\"\r\n"));
	assert_true(hg_str_starts(form->etag, HG_STR("W/\"1-hg1-")));
	assert_int_equal(form->etag.n, 5 + 21);
	assert_int_equal(hg_stored_status(form), 200);
	/* the reply itself is as GitHub wrote it */
	assert_true(hg_str_is(kept->etag, HG_STR("W/\"1\"")));
	assert_true(has(kept->body, "https://api.github.com/x"));
	hg_stored_unref(form);
	hg_stored_unref(kept);
}

static void a_form_is_made_once_and_counted(void **state)
{
	struct hg_stored *kept = make_json();
	uint64_t bytes = hg_stored_bytes(kept);

	(void)state;
	for (unsigned i = 0; i < HG_STORED_FORMS; i++) {
		struct hg_rewrite w = rewrite_for(hosts[i]);
		struct hg_stored *first = hg_stored_take_for(hg_stored_ref(kept), &w);
		struct hg_stored *again = hg_stored_take_for(hg_stored_ref(kept), &w);
		assert_ptr_equal(first, again);
		bytes += first->bytes;
		assert_int_equal(hg_stored_bytes(kept), bytes);
		hg_stored_unref(first);
		hg_stored_unref(again);
	}
	for (unsigned i = HG_STORED_FORMS; i < 6; i++) {
		struct hg_rewrite w = rewrite_for(hosts[i]);
		struct hg_stored *first = hg_stored_take_for(hg_stored_ref(kept), &w);
		struct hg_stored *again = hg_stored_take_for(hg_stored_ref(kept), &w);
		assert_ptr_not_equal(first, again); /* one base too many: served, not kept */
		assert_true(hg_str_is(first->body, again->body));
		assert_true(has(first->body, hosts[i]));
		assert_int_equal(hg_stored_bytes(kept), bytes);
		hg_stored_unref(first);
		hg_stored_unref(again);
	}
	hg_stored_unref(kept);
}

static void a_form_outlives_the_owners_reference(void **state)
{
	struct hg_rewrite w = rewrite_for("localhost:1");
	struct hg_stored *kept = make_json(), *form = hg_stored_take_for(hg_stored_ref(kept), &w);

	(void)state;
	hg_stored_unref(kept);
	struct hg_stored *more = hg_stored_ref(form);
	hg_stored_unref(form);
	assert_true(hg_str_starts(more->body, HG_STR("{\"url\":\"http://localhost:1/x\"")));
	hg_stored_unref(more);
}

static void a_body_in_which_nothing_changes_is_shared(void **state)
{
	struct hg_field fields[] = { F("Content-Type", "application/json"), F("ETag", "\"1\"") };
	struct hg_stored *kept = make(fields, 2);

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct hg_rewrite w = rewrite_for(hosts[i]);
		struct hg_stored *form = hg_stored_take_for(hg_stored_ref(kept), &w);
		assert_int_equal(form->body.p == kept->body.p, i < HG_STORED_FORMS);
		assert_true(hg_str_is(form->body, kept->body));
		assert_true(hg_str_starts(form->etag, HG_STR("\"1-hg1-"))); /* by the head alone */
		hg_stored_unref(form);
	}
	hg_stored_unref(kept);
}

static void where_nothing_is_rewritten_the_reply_is_its_own_form(void **state)
{
	struct hg_field plain[] = { F("Content-Type", "text/html"), F("ETag", "\"1\"") };
	struct hg_rewrite on = rewrite_for("localhost:1"), off = rewrite_for("evil.example");
	struct hg_stored *text = make(plain, 2), *json = make_json(), *same;

	(void)state;
	same = hg_stored_take_for(hg_stored_ref(text), &on);
	assert_ptr_equal(same, text);
	hg_stored_unref(same);
	same = hg_stored_take_for(hg_stored_ref(json), &off);
	assert_ptr_equal(same, json);
	hg_stored_unref(same);
	struct hg_stored *form = hg_stored_take_for(hg_stored_ref(json), &on);
	same = hg_stored_take_for(hg_stored_ref(form), &on);
	assert_ptr_equal(same, form);
	hg_stored_unref(same);
	hg_stored_unref(form);
	hg_stored_unref(text);
	hg_stored_unref(json);
}

static void only_the_links_of_what_is_no_json_change(void **state)
{
	struct hg_field fields[] = { F("Content-Type", "text/plain"), F("ETag", "\"1\""),
		F("Location", "https://api.github.com/y") };
	struct hg_rewrite w = rewrite_for("localhost:1");
	struct hg_stored *kept = make(fields, 3),
			 *form = hg_stored_take_for(hg_stored_ref(kept), &w);

	(void)state;
	assert_true(hg_str_is(hg_stored_header(form, "location"), HG_STR("http://localhost:1/y")));
	assert_true(hg_str_is(form->etag, kept->etag));
	assert_ptr_equal(form->body.p, kept->body.p);
	hg_stored_unref(form);
	hg_stored_unref(kept);
}

enum { THREADS = 4, TURNS = 200 };

static pthread_barrier_t barrier;

static void *use_forms(void *arg)
{
	struct hg_stored **replies = arg;

	for (unsigned turn = 0; turn < TURNS; turn++) {
		(void)pthread_barrier_wait(&barrier);
		for (unsigned i = 0; i < 6; i++) {
			struct hg_rewrite w = rewrite_for(hosts[i]);
			struct hg_stored *form =
				hg_stored_take_for(hg_stored_ref(replies[turn]), &w);
			if (!has(form->body, hosts[i]))
				return replies;
			hg_stored_unref(form);
		}
		hg_stored_unref(replies[turn]); /* each thread has one: the last one frees */
	}
	return NULL;
}

static void fronts_may_make_forms_at_the_same_time(void **state)
{
	static struct hg_stored *replies[TURNS];
	pthread_t threads[THREADS];
	void *failed;

	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		replies[i] = make_json();
		for (unsigned t = 1; t < THREADS; t++)
			(void)hg_stored_ref(replies[i]);
	}
	assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	for (unsigned t = 0; t < THREADS; t++)
		assert_int_equal(pthread_create(&threads[t], NULL, use_forms, replies), 0);
	for (unsigned t = 0; t < THREADS; t++) {
		assert_int_equal(pthread_join(threads[t], &failed), 0);
		assert_null(failed);
	}
	(void)pthread_barrier_destroy(&barrier);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_is_rendered_once_with_links_apart),
		cmocka_unit_test(what_belongs_to_one_exchange_or_connection_is_dropped),
		cmocka_unit_test(it_is_a_copy_and_knows_its_size),
		cmocka_unit_test(nothing_at_all_can_be_kept),
		cmocka_unit_test(a_304_renews_the_head_and_keeps_the_body),
		cmocka_unit_test(a_form_has_the_links_the_tag_and_the_body_of_its_base),
		cmocka_unit_test(a_form_is_made_once_and_counted),
		cmocka_unit_test(a_form_outlives_the_owners_reference),
		cmocka_unit_test(a_body_in_which_nothing_changes_is_shared),
		cmocka_unit_test(where_nothing_is_rewritten_the_reply_is_its_own_form),
		cmocka_unit_test(only_the_links_of_what_is_no_json_change),
		cmocka_unit_test(fronts_may_make_forms_at_the_same_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
