#include "../rig.h"
#include "dispatch/news/news.h"
#include <jansson.h>

struct heard { /* the latest, and how many */
	char topic[64], json[512];
	unsigned n;
};

static void hear(void *arg, const char *topic, struct hg_str json)
{
	struct heard *h = arg;

	h->n++;
	snprintf(h->topic, sizeof(h->topic), "%s", topic);
	snprintf(h->json, sizeof(h->json), "%.*s", (int)json.n, json.p);
}

#define LISTEN(h, n)            \
	struct heard h = { 0 }; \
	const struct hg_news n = { hear, &h }

#define T(text) ((text)*SEC) /* seconds of the wall clock */
#define RESET_S 1800003600ll /* 2027-01-15T09:00:00Z */

static struct hg_budget_facts facts_of(int64_t remaining, int64_t reset_s)
{
	return (struct hg_budget_facts){ "ci-1", "core", 5000, remaining, reset_s };
}

static void a_budget_is_low_once_a_window(void **state)
{
	(void)state;
	struct hg_budget_told told = { 0 };
	struct hg_budget_facts f = facts_of(500, RESET_S);
	LISTEN(h, n);

	hg_news_budget(&n, &told, &f, 0.1); /* 10 % is not below it */
	assert_int_equal(h.n, 0);
	f.remaining = 499;
	hg_news_budget(&n, &told, &f, 0.1);
	assert_int_equal(h.n, 1);
	assert_string_equal(h.topic, "ratelimit.low");
	assert_string_equal(h.json, "{\"credential\":\"ci-1\",\"resource\":\"core\",\"limit\":5000,"
				    "\"remaining\":499,\"reset_at\":\"2027-01-15T09:00:00Z\"}");
	f.remaining = 400;
	f.reset_s = RESET_S + 2; /* the same window: GitHub's resets jitter */
	hg_news_budget(&n, &told, &f, 0.1);
	assert_int_equal(h.n, 1);
	f.reset_s = RESET_S + 3600;
	hg_news_budget(&n, &told, &f, 0.1);
	assert_int_equal(h.n, 2);
}

static void what_is_not_known_is_not_low(void **state)
{
	(void)state;
	struct hg_budget_told told = { 0 };
	struct hg_budget_facts unknown = { "ci-1", "core", 0, 0, RESET_S };
	LISTEN(h, n);

	hg_news_budget(&n, &told, &unknown, 0.1);
	hg_news_exhaustion(&n, &told, &unknown, T(RESET_S - 60));
	assert_int_equal(h.n, 0);
}

static void an_end_before_the_reset_is_told_once(void **state)
{
	(void)state;
	struct hg_budget_told told = { 0 };
	struct hg_budget_facts f = facts_of(3000, RESET_S);
	LISTEN(h, n);

	hg_news_exhaustion(&n, &told, &f, T(RESET_S)); /* it lasts */
	assert_int_equal(h.n, 0);
	hg_news_exhaustion(&n, &told, &f, INT64_MAX);
	assert_int_equal(h.n, 0);
	hg_news_exhaustion(&n, &told, &f, T(RESET_S - 600));
	hg_news_exhaustion(&n, &told, &f, T(RESET_S - 900));
	assert_int_equal(h.n, 1);
	assert_string_equal(h.topic, "ratelimit.exhaustion");
	assert_non_null(strstr(h.json, "\"exhausted_at\":\"2027-01-15T08:50:00Z\"}"));
	hg_news_budget(&n, &told, &f, 0.9); /* the one does not hide the other */
	assert_int_equal(h.n, 2);
}

static void refusals_that_come_together_are_one(void **state)
{
	(void)state;
	struct hg_budget_told told = { 0 };
	LISTEN(h, n);

	hg_news_exceeded(&n, &told, "ci-1", "core", "secondary", 403, T(RESET_S));
	assert_string_equal(h.topic, "ratelimit.exceeded");
	assert_string_equal(h.json, "{\"credential\":\"ci-1\",\"resource\":\"core\","
				    "\"kind\":\"secondary\",\"status\":403,"
				    "\"until\":\"2027-01-15T09:00:00Z\"}");
	for (int i = 0; i < 80; i++)
		hg_news_exceeded(
			&n, &told, "ci-1", "core", "secondary", 403, T(RESET_S) + i * 50000);
	assert_int_equal(h.n, 1);
	hg_news_exceeded(&n, &told, "ci-1", "core", "secondary", 403, T(RESET_S + 60));
	assert_int_equal(h.n, 2);
}

static void the_end_of_a_token_is_told_three_times(void **state)
{
	(void)state;
	int64_t day = 86400 * SEC, end = WALL + 100 * day;
	struct hg_expiry_told told = { 0 };
	unsigned n_at[101] = { 0 };
	int64_t next_us = 0;
	LISTEN(h, n);

	assert_int_equal(hg_news_expiry(&n, &told, "ci-1", 0, WALL), INT64_MAX);
	for (int d = 0; d <= 100; d++) { /* whoever asks each day hears each once … */
		next_us = hg_news_expiry(&n, &told, "ci-1", end, WALL + d * day);
		n_at[d] = h.n;
	}
	assert_int_equal(n_at[69], 0);
	assert_int_equal(n_at[70], 1);
	assert_int_equal(n_at[93], 2);
	assert_int_equal(n_at[99], 3);
	assert_int_equal(n_at[100], 3);
	assert_true(next_us == INT64_MAX);
	assert_string_equal(h.json, "{\"credential\":\"ci-1\",\"expires_at\":"
				    "\"2027-04-25T08:00:00Z\",\"days_left\":1}");

	memset(&told, 0, sizeof(told)); /* … and so does who comes when it is time */
	int64_t at_us = WALL;
	for (h.n = 0; at_us < end; at_us = next_us) {
		next_us = hg_news_expiry(&n, &told, "ci-1", end, at_us);
		assert_true(next_us > at_us);
	}
	assert_int_equal(h.n, 3);
}

static void a_late_start_tells_the_closest_only(void **state)
{
	(void)state;
	struct hg_expiry_told told = { 0 };
	int64_t day = 86400 * SEC;
	LISTEN(h, n);

	assert_int_equal(hg_news_expiry(&n, &told, "a", WALL + 3 * day, WALL), WALL + 2 * day);
	assert_int_equal(h.n, 1);
	assert_non_null(strstr(h.json, "\"days_left\":3}"));
	hg_news_expiry(&n, &told, "a", WALL + 3 * day, WALL + day);
	assert_int_equal(h.n, 1);
	hg_news_expiry(&n, &told, "a", WALL + 29 * day, WALL + day); /* a new token: anew */
	assert_int_equal(h.n, 2);
	hg_news_expiry(&n, &told, "b", WALL - day, WALL); /* over already */
	assert_non_null(strstr(h.json, "\"days_left\":0}"));
}

static void what_is_forbidden_is_told_once_an_hour_and_route(void **state)
{
	(void)state;
	struct hg_lack_told told = { 0 };
	struct hg_str none = { 0 };
	char route[2] = "a";
	LISTEN(h, n);

	for (int s = 0; s < 3600; s++) {
		hg_news_permission(
			&n, &told, "c", HG_STR("/orgs/{org}"), none, false, WALL + s * SEC);
		hg_news_permission(&n, &told, "c", HG_STR("/user"), none, false, WALL + s * SEC);
	}
	assert_int_equal(h.n, 2);
	hg_news_permission(&n, &told, "c", HG_STR("/user"), none, false, WALL + 3600 * SEC);
	assert_int_equal(h.n, 3);
	for (; route[0] < 'a' + HG_LACKS; route[0]++) /* the oldest are forgotten */
		hg_news_permission(&n, &told, "c", hg_str(route), none, false, WALL + 3601 * SEC);
	assert_int_equal(h.n, 3 + HG_LACKS);
	hg_news_permission(&n, &told, "c", HG_STR("/user"), none, false, WALL + 3601 * SEC);
	assert_int_equal(h.n, 4 + HG_LACKS);
}

static void expect_members(const struct heard *h, const struct hg_topic_row *row)
{
	json_t *json = json_loads(h->json, JSON_REJECT_DUPLICATES, NULL);
	char members[200], *save = NULL;
	size_t n = 0;

	assert_non_null(json);
	assert_string_equal(h->topic, row->name);
	snprintf(members, sizeof(members), "%s", row->members);
	for (char *w = strtok_r(members, " ?", &save); w; w = strtok_r(NULL, " ?", &save), n++)
		assert_non_null(json_object_get(json, w));
	assert_int_equal(json_object_size(json), n);
	json_decref(json);
}

static void each_event_has_the_members_of_its_row(void **state)
{
	(void)state;
	struct hg_budget_told told = { 0 };
	struct hg_expiry_told expiry = { 0 };
	struct hg_lack_told lacks = { 0 };
	struct hg_budget_facts f = facts_of(1, RESET_S);
	LISTEN(h, n);

	for (int topic = HG_TOPIC_NONE + 1; topic < HG_TOPICS; topic++) {
		h.n = 0;
		switch ((enum hg_topic)topic) {
		case HG_TOPIC_RATELIMIT_LOW:
			hg_news_budget(&n, &told, &f, 0.1);
			break;
		case HG_TOPIC_RATELIMIT_EXCEEDED:
			hg_news_exceeded(&n, &told, "c", "core", "primary", 403, WALL);
			break;
		case HG_TOPIC_RATELIMIT_EXHAUSTION:
			hg_news_exhaustion(&n, &told, &f, WALL);
			break;
		case HG_TOPIC_SECONDARY_LEARNED:
			hg_news_learned(&n, "c", "route", HG_STR("/a/{b}"), 850, 600);
			break;
		case HG_TOPIC_CREDENTIAL_INVALID:
			hg_news_invalid(&n, "c", "a \"quoted\"\nreason");
			break;
		case HG_TOPIC_CREDENTIAL_EXPIRING:
			hg_news_expiry(&n, &expiry, "c", WALL, WALL - SEC);
			break;
		case HG_TOPIC_CREDENTIAL_RECOVERED:
			hg_news_recovered(&n, "c", 1);
			assert_non_null(strstr(h.json, "\"out_for_s\":1}"));
			break;
		case HG_TOPIC_CREDENTIAL_PERMISSION:
			hg_news_permission(
				&n, &lacks, "c", HG_STR("/a"), HG_STR("issues=write"), true, WALL);
			break;
		case HG_TOPIC_UPSTREAM_DOWN:
			hg_news_down(&n, "main", "alice", "connect: refused", 10 * SEC);
			break;
		case HG_TOPIC_UPSTREAM_UP:
			hg_news_up(&n, "main", "alice", 60 * SEC);
			break;
		case HG_TOPIC_NONE:
		case HG_TOPICS:
			break;
		}
		assert_int_equal(h.n, 1);
		expect_members(&h, hg_topic_row((enum hg_topic)topic));
	}
}

static void what_may_be_absent_is(void **state)
{
	(void)state;
	struct hg_lack_told lacks = { 0 };
	LISTEN(h, n);

	hg_news_learned(&n, "c", "cpu", (struct hg_str){ 0 }, 80, 60);
	assert_string_equal(h.json, "{\"credential\":\"c\",\"what\":\"cpu\",\"was\":80,\"is\":60}");
	hg_news_permission(
		&n, &lacks, "c", (struct hg_str){ 0 }, (struct hg_str){ 0 }, false, WALL);
	assert_string_equal(h.json, "{\"credential\":\"c\",\"sso\":false}");
	hg_news_down(&n, "main", "", "x", 0);
	assert_string_equal(h.json, "{\"upstream\":\"main\",\"why\":\"x\",\"for_s\":0}");
}

static void with_nobody_to_tell_nothing_happens(void **state)
{
	(void)state;
	const struct hg_news nobody = { 0 };

	hg_news_invalid(&nobody, "c", "expired");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_budget_is_low_once_a_window),
		cmocka_unit_test(what_is_not_known_is_not_low),
		cmocka_unit_test(an_end_before_the_reset_is_told_once),
		cmocka_unit_test(refusals_that_come_together_are_one),
		cmocka_unit_test(the_end_of_a_token_is_told_three_times),
		cmocka_unit_test(a_late_start_tells_the_closest_only),
		cmocka_unit_test(what_is_forbidden_is_told_once_an_hour_and_route),
		cmocka_unit_test(each_event_has_the_members_of_its_row),
		cmocka_unit_test(what_may_be_absent_is),
		cmocka_unit_test(with_nobody_to_tell_nothing_happens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
