#include "rig.h"
#include "dispatch/outcome.h"

/* What each row of the matrix decides, with a case that it is for; some rows have several. */
#define R HG_METHOD_READ
#define Q HG_METHOD_QUERY
#define W HG_METHOD_WRITE
#define POOL HG_WHOSE_POOL
#define CLIENT HG_WHOSE_CLIENT
#define NOBODY HG_WHOSE_NOBODY
#define HEAD HG_PHASE_HEAD
#define NONE HG_FINDING_NONE

static const struct {
	struct hg_case c; /* method phase whose finding status tries traits */
	const char *row;
	enum hg_act act;
} cases[] = {
	{ { R, HG_PHASE_UNSENT, POOL, NONE, 0, 1, 0 }, "unsent", HG_ACT_REPEAT },
	{ { W, HG_PHASE_UNSENT, CLIENT, NONE, 0, 3, 0 }, "unsent", HG_ACT_REPEAT },
	{ { W, HG_PHASE_UNSENT, POOL, NONE, 0, 1, HG_TRAIT_BODY_GONE }, "unsent", HG_ACT_PASS },
	{ { R, HG_PHASE_SENT, POOL, NONE, 0, 1, 0 }, "read-unanswered", HG_ACT_REPEAT },
	{ { Q, HG_PHASE_SENT, POOL, NONE, 0, 1, 0 }, "read-unanswered", HG_ACT_REPEAT },
	{ { W, HG_PHASE_SENT, POOL, NONE, 0, 1, 0 }, "write-unanswered", HG_ACT_PASS },
	{ { R, HG_PHASE_BODY, POOL, NONE, 200, 1, 0 }, "cut", HG_ACT_PASS },
	{ { R, HG_PHASE_BODY, POOL, NONE, 502, 1, 0 }, "cut", HG_ACT_PASS },

	{ { Q, HEAD, POOL, HG_FINDING_PRIMARY, 200, 1, 0 }, "graphql-primary", HG_ACT_RESET },
	{ { W, HEAD, POOL, HG_FINDING_SECONDARY, 200, 1, 0 }, "graphql-secondary", HG_ACT_LATER },
	{ { R, HEAD, POOL, HG_FINDING_PRIMARY, 403, 1, 0 }, "primary", HG_ACT_RESET },
	{ { W, HG_PHASE_REFUSED, CLIENT, HG_FINDING_PRIMARY, 429, 1, 0 }, "primary", HG_ACT_RESET },
	{ { W, HEAD, POOL, HG_FINDING_PRIMARY, 403, 1, HG_TRAIT_BODY_GONE }, "primary",
		HG_ACT_PASS },
	{ { W, HEAD, POOL, HG_FINDING_SECONDARY, 403, 1, 0 }, "secondary", HG_ACT_LATER },
	{ { R, HEAD, NOBODY, HG_FINDING_SECONDARY, 429, 1, 0 }, "secondary", HG_ACT_LATER },
	{ { W, HG_PHASE_REFUSED, POOL, NONE, 0, 1, 0 }, "refused", HG_ACT_LATER },

	{ { R, HEAD, POOL, NONE, 401, 1, HG_TRAIT_YOUNG }, "token-too-young", HG_ACT_GRACE },
	{ { W, HEAD, POOL, NONE, 401, 3, HG_TRAIT_YOUNG }, "token-too-young", HG_ACT_GRACE },
	{ { R, HEAD, POOL, NONE, 401, 4, HG_TRAIT_YOUNG }, "token-refused", HG_ACT_OTHER },
	{ { W, HEAD, POOL, NONE, 401, 1, 0 }, "token-refused", HG_ACT_OTHER },
	{ { R, HEAD, CLIENT, NONE, 401, 1, 0 }, "clients-token-refused", HG_ACT_PASS },
	{ { R, HEAD, CLIENT, NONE, 401, 1, HG_TRAIT_YOUNG }, "clients-token-refused", HG_ACT_PASS },
	{ { R, HEAD, NOBODY, NONE, 401, 1, 0 }, "clients-token-refused", HG_ACT_PASS },
	{ { R, HEAD, POOL, HG_FINDING_SUSPENDED, 403, 1, 0 }, "suspended", HG_ACT_OTHER },
	{ { W, HEAD, CLIENT, HG_FINDING_SUSPENDED, 403, 1, 0 }, "forbidden", HG_ACT_PASS },
	{ { R, HEAD, POOL, HG_FINDING_SSO, 403, 1, 0 }, "sso", HG_ACT_OTHER },
	{ { R, HEAD, CLIENT, HG_FINDING_SSO, 403, 1, 0 }, "forbidden", HG_ACT_PASS },
	{ { W, HEAD, POOL, HG_FINDING_PERMISSION, 403, 1, 0 }, "permission", HG_ACT_OTHER },
	{ { R, HEAD, CLIENT, HG_FINDING_PERMISSION, 403, 1, 0 }, "forbidden", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 403, 1, 0 }, "forbidden", HG_ACT_PASS },

	{ { R, HEAD, POOL, NONE, 404, 2, HG_TRAIT_WEBHOOK }, "not-there-yet", HG_ACT_GRACE },
	{ { R, HEAD, POOL, NONE, 404, 3, HG_TRAIT_WEBHOOK }, "not-found", HG_ACT_PASS },
	{ { W, HEAD, POOL, NONE, 404, 1, HG_TRAIT_WEBHOOK }, "not-found", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 404, 1, 0 }, "not-found", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 410, 1, 0 }, "gone", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 451, 1, 0 }, "legal", HG_ACT_PASS },
	{ { W, HEAD, POOL, NONE, 422, 1, 0 }, "invalid", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 400, 1, 0 }, "clients-mistake", HG_ACT_PASS },
	{ { R, HEAD, NOBODY, NONE, 429, 1, 0 }, "clients-mistake", HG_ACT_PASS },
	{ { W, HEAD, POOL, NONE, 499, 1, 0 }, "clients-mistake", HG_ACT_PASS },

	{ { Q, HEAD, POOL, NONE, 502, 1, 0 }, "query-too-long", HG_ACT_PASS },
	{ { Q, HEAD, POOL, NONE, 504, 1, 0 }, "query-timed-out", HG_ACT_PASS },
	{ { R, HEAD, POOL, HG_FINDING_LATER, 503, 1, 0 }, "unavailable-until", HG_ACT_LATER },
	{ { W, HEAD, POOL, HG_FINDING_LATER, 503, 1, 0 }, "write-unavailable", HG_ACT_PASS },
	{ { R, HEAD, POOL, HG_FINDING_EDGE, 502, 1, 0 }, "edge", HG_ACT_REPEAT },
	{ { Q, HEAD, POOL, HG_FINDING_EDGE, 504, 1, 0 }, "edge", HG_ACT_REPEAT },
	{ { W, HEAD, POOL, HG_FINDING_EDGE, 502, 1, 0 }, "write-unavailable", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 500, 1, 0 }, "read-failed", HG_ACT_REPEAT },
	{ { R, HEAD, NOBODY, HG_FINDING_EDGE, 500, 1, 0 }, "read-failed", HG_ACT_REPEAT },
	{ { R, HEAD, CLIENT, NONE, 502, 1, 0 }, "read-unavailable", HG_ACT_REPEAT },
	{ { Q, HEAD, CLIENT, NONE, 503, 1, 0 }, "read-unavailable", HG_ACT_REPEAT },
	{ { W, HEAD, POOL, NONE, 500, 1, 0 }, "write-failed", HG_ACT_PASS },
	{ { W, HEAD, POOL, NONE, 504, 1, 0 }, "write-unavailable", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 501, 1, 0 }, "unsupported", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 505, 1, 0 }, "unsupported", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 599, 1, 0 }, "unsupported", HG_ACT_PASS },

	{ { Q, HEAD, POOL, HG_FINDING_PARTIAL, 200, 1, 0 }, "graphql-partial", HG_ACT_PASS },
	{ { Q, HEAD, POOL, HG_FINDING_ERRORS, 200, 1, 0 }, "graphql-errors", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 200, 1, 0 }, "answer", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 301, 1, 0 }, "answer", HG_ACT_PASS },
	{ { R, HEAD, POOL, NONE, 304, 1, 0 }, "answer", HG_ACT_PASS },
	{ { W, HEAD, POOL, NONE, 202, 1, 0 }, "answer", HG_ACT_PASS },
};
#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static void each_case_is_decided_by_its_row(void **state)
{
	(void)state;

	for (size_t i = 0; i < N_CASES; i++) {
		struct hg_outcome o = hg_outcome_of(&cases[i].c);
		if (strcmp(o.row->name, cases[i].row) != 0 || o.act != cases[i].act)
			fail_msg("case %zu: %s (%s), wanted %s (%s)", i, o.row->name,
				hg_act_name(o.act), cases[i].row, hg_act_name(cases[i].act));
	}
}

static void each_row_has_a_case_a_name_and_a_reason(void **state)
{
	(void)state;
	size_t n;
	const struct hg_outcome_row *rows = hg_outcome_rows(&n);

	for (size_t i = 0; i < n; i++) {
		bool has_case = false;
		for (size_t k = 0; k < N_CASES; k++)
			has_case |= strcmp(rows[i].name, cases[k].row) == 0;
		if (!has_case)
			fail_msg("%s has no case", rows[i].name);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(rows[i].name, rows[k].name);
		assert_true(rows[i].why && rows[i].why[strlen(rows[i].why) - 1] == '.');
		assert_int_equal(rows[i].act == HG_ACT_GRACE, rows[i].grace_us > 0);
	}
}

/* Every combination: nothing is left undecided, and what must never happen does not. */
static void no_case_breaks_the_law(void **state)
{
	(void)state;
	struct hg_case c = { .tries = 1 };

	for (unsigned m = 0; m < HG_METHOD_KINDS; m++)
		for (unsigned p = 0; p <= HG_PHASE_BODY; p++)
			for (unsigned y = 0; y < HG_WHOSES; y++)
				for (unsigned f = 0; f < HG_FINDINGS; f++)
					for (int status = 0; status < 600; status++) {
						c.method = m, c.phase = p, c.whose = y;
						c.finding = f, c.status = status;
						struct hg_outcome o = hg_outcome_of(&c);
						bool again = o.act != HG_ACT_PASS;
						bool unsure =
							p == HG_PHASE_SENT ||
							(p == HG_PHASE_HEAD && status >= 500 &&
								f != HG_FINDING_PRIMARY &&
								f != HG_FINDING_SECONDARY);
						assert_false(
							m == HG_METHOD_WRITE && unsure && again);
						assert_false(p == HG_PHASE_BODY && again);
						assert_false(
							y != HG_WHOSE_POOL &&
							(o.act == HG_ACT_OTHER || o.row->probes));
						c.traits = HG_TRAIT_BODY_GONE;
						assert_int_equal(
							hg_outcome_of(&c).act, HG_ACT_PASS);
						c.traits = 0;
					}
}

/* -- waits ------------------------------------------------------------------------------------- */

static int64_t wait_of(const struct hg_case *c, int64_t asked_us, struct hg_dice *dice)
{
	struct hg_outcome o = hg_outcome_of(c);

	return hg_outcome_wait_us(&o, c, asked_us, dice);
}

static void waits_follow_from_the_act(void **state)
{
	(void)state;
	struct hg_dice dice = { 3 };
	struct hg_case pass = { .phase = HEAD, .status = 404, .tries = 1 };
	struct hg_case other = { .phase = HEAD, .status = 401, .tries = 1 };
	struct hg_case reset = {
		.phase = HEAD, .status = 403, .finding = HG_FINDING_PRIMARY, .tries = 1
	};
	struct hg_case later = {
		.phase = HEAD, .status = 403, .finding = HG_FINDING_SECONDARY, .tries = 1
	};
	struct hg_case young = {
		.phase = HEAD, .status = 401, .traits = HG_TRAIT_YOUNG, .tries = 2
	};

	assert_int_equal(wait_of(&pass, 90 * SEC, &dice), 0);
	assert_int_equal(wait_of(&other, 90 * SEC, &dice), 0);
	assert_int_equal(wait_of(&reset, 90 * SEC, &dice), 0);
	assert_int_equal(wait_of(&later, 90 * SEC, &dice), 90 * SEC);
	assert_int_equal(wait_of(&young, -1, &dice), 2 * SEC);
	for (int i = 0; i < 100; i++) {
		struct hg_case repeat = { .phase = HEAD, .status = 502, .tries = 2 };
		int64_t wait_us = wait_of(&repeat, -1, &dice);
		assert_true(wait_us >= 0 && wait_us < SEC);
	}
}

/* -- heads ------------------------------------------------------------------------------------- */

static void a_head_says_more_than_its_status(void **state)
{
	(void)state;
	static const struct {
		int status;
		enum hg_refusal refusal;
		const char *name, *value, *name2, *value2; /* fields */
		enum hg_finding finding;
	} rows[] = {
		{ 403, HG_REFUSAL_PRIMARY, "X-Any", "1", NULL, NULL, HG_FINDING_PRIMARY },
		{ 429, HG_REFUSAL_SECONDARY, "X-Any", "1", NULL, NULL, HG_FINDING_SECONDARY },
		{ 403, HG_REFUSAL_NONE, "X-GitHub-SSO", "required", NULL, NULL, HG_FINDING_SSO },
		{ 200, HG_REFUSAL_NONE, "X-GitHub-SSO", "partial-results", NULL, NULL, NONE },
		{ 403, HG_REFUSAL_NONE, "X-Accepted-GitHub-Permissions", "issues=write", NULL, NULL,
			HG_FINDING_PERMISSION },
		{ 404, HG_REFUSAL_NONE, "X-Accepted-GitHub-Permissions", "issues=write", NULL, NULL,
			NONE },
		{ 403, HG_REFUSAL_NONE, "X-Accepted-OAuth-Scopes", "admin:org", "X-OAuth-Scopes",
			"repo, workflow", HG_FINDING_PERMISSION },
		{ 403, HG_REFUSAL_NONE, "X-Accepted-OAuth-Scopes", "admin:org, repo",
			"X-OAuth-Scopes", "workflow, repo", NONE },
		{ 403, HG_REFUSAL_NONE, "X-Accepted-OAuth-Scopes", "", "X-OAuth-Scopes", "", NONE },
		{ 503, HG_REFUSAL_NONE, "X-GitHub-Request-Id", "C0:1", "Retry-After", "30",
			HG_FINDING_LATER },
		{ 502, HG_REFUSAL_NONE, "Server", "edge", NULL, NULL, HG_FINDING_EDGE },
		{ 502, HG_REFUSAL_NONE, "X-GitHub-Request-Id", "C0:1", NULL, NULL, NONE },
		{ 200, HG_REFUSAL_NONE, "Server", "edge", NULL, NULL, NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_head *h = rig_head(rows[i].status, rows[i].name, rows[i].value,
			rows[i].name2, rows[i].value2, NULL);
		if (hg_outcome_read(h, rows[i].refusal) != rows[i].finding)
			fail_msg("row %zu", i);
		hg_head_unref(h);
	}
}

static void the_body_of_a_403_says_more_than_its_head(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		enum hg_finding finding;
	} rows[] = {
		{ "{\"message\":\"You have exceeded a secondary rate limit.\"}",
			HG_FINDING_SECONDARY },
		{ "You have triggered an abuse detection mechanism", HG_FINDING_SECONDARY },
		{ "{\"message\":\"This installation has been suspended\"}", HG_FINDING_SUSPENDED },
		{ "{\"message\":\"Sorry. Your account was suspended.\"}", HG_FINDING_SUSPENDED },
		{ "{\"message\":\"Repository was archived so is read-only.\"}", NONE },
		{ "{\"message\":\"This installation has been susp", NONE },
		{ "", NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (hg_outcome_read_body(hg_str(rows[i].body)) != rows[i].finding)
			fail_msg("row %zu", i);
}

/* -- words ------------------------------------------------------------------------------------- */

static void a_row_says_in_words_when_it_fits(void **state)
{
	(void)state;
	static const struct {
		const char *row, *when;
	} wanted[] = {
		{ "write-unanswered", "sent, and no head came; write" },
		{ "edge", "502 to 504; no `X-GitHub-Request-Id`; read or GraphQL query" },
		{ "token-too-young", "401; a token of the pool; token younger than 5 s; sent 3 "
				     "times at most" },
		{ "answer", "all others" },
	};
	size_t n;
	const struct hg_outcome_row *rows = hg_outcome_rows(&n);

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		size_t k = 0;
		while (strcmp(rows[k].name, wanted[i].row) != 0)
			k++;
		struct hg_text text;
		hg_text_init(&text);
		hg_outcome_when(&rows[k], &text);
		assert_string_equal(text.p, wanted[i].when);
		hg_text_fini(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_is_decided_by_its_row),
		cmocka_unit_test(each_row_has_a_case_a_name_and_a_reason),
		cmocka_unit_test(no_case_breaks_the_law),
		cmocka_unit_test(waits_follow_from_the_act),
		cmocka_unit_test(a_head_says_more_than_its_status),
		cmocka_unit_test(the_body_of_a_403_says_more_than_its_head),
		cmocka_unit_test(a_row_says_in_words_when_it_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
