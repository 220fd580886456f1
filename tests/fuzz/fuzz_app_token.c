/*
 * Any bytes as GitHub's answer to an App that asks for a token: the first byte chooses the status,
 * the first line is Date, the rest the body. Then the same body as one's that has a token already.
 *
 * Must hold: a token is there exactly when it was minted, of bytes that fit into a field, and ends
 * within a day; the next question comes within a day, and never while one is asked; what is said is
 * one line without a control character; the token is not in it.
 */
#include <stdlib.h>

#include "../unit/ticket/app_key_vector.h"
#include "base/secret.h"
#include "base/text.h"
#include "dispatch/payer/app_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEC INT64_C(1000000)
#define DAY (86400 * SEC)

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_said(const struct hg_app_token *t, const struct hg_now *now)
{
	const struct hg_secret *token = hg_app_token_get(t, now);
	struct hg_text shown;
	size_t n = 0;

	hg_text_init(&shown);
	hg_app_token_print(t, now, &shown);
	for (size_t i = 0; i < shown.n; i++)
		check(shown.p[i] >= ' ' && shown.p[i] <= '~');
	if (token) {
		const char *bytes = hg_secret_bytes(token, &n);
		check(n > 0 && n <= 4096);
		for (size_t i = 0; i < n; i++)
			check(bytes[i] > ' ' && bytes[i] < 0x7f);
		check(n < 16 || !memmem(shown.p, shown.n, bytes, n));
	}
	hg_text_fini(&shown);
}

static void check_times(const struct hg_app_token *t, const struct hg_now *now, bool is_minted)
{
	int64_t due_us = hg_app_token_due_us(t), ends_us = hg_app_token_ends_us(t);

	check(due_us >= now->mono_us && due_us <= now->mono_us + DAY + 2 * SEC);
	if (is_minted)
		check(ends_us > now->mono_us && ends_us <= now->mono_us + DAY && due_us < ends_us);
	check(is_minted == hg_app_token_is_young(t, now));
}

static bool take(struct hg_app_token *t, int status, struct hg_str date, struct hg_str body,
	const struct hg_now *now, struct hg_dice *dice)
{
	const struct hg_field field = { HG_STR("Date"), date };
	struct hg_head *head = hg_head_new(status, &field, 1);
	enum hg_app_outcome outcome = hg_app_token_take(t, head, body, now, dice);

	hg_head_unref(head);
	check(outcome != HG_APP_MINTED || status == 201 || status == 200);
	check(outcome != HG_APP_AGAIN || status == 401);
	return outcome == HG_APP_MINTED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 201, 401, 403, 404, 422, 429, 500, 200 };
	static struct hg_secret *pem;
	struct hg_now now = { 5000 * SEC, INT64_C(1800000000) * SEC };
	struct hg_dice dice = { 7 };

	if (size < 1)
		return 0;
	if (!pem)
		pem = hg_secret_new(HG_STR(RFC_KEY));
	const struct hg_app_conf conf = { .id = "7", .installation = 4711, .key = pem };
	const char *rest = (const char *)data + 1, *end = memchr(rest, '\n', size - 1);
	struct hg_str date = { rest, end ? (size_t)(end - rest) : 0 };
	struct hg_str body = { rest, size - 1 };
	if (end)
		body = (struct hg_str){ end + 1, size - 2 - date.n };

	struct hg_app_token *t = hg_app_token_new(&conf, NULL);
	bool is_minted = take(t, statuses[data[0] % 8], date, body, &now, &dice);
	check(is_minted == (hg_app_token_get(t, &now) != NULL));
	check_times(t, &now, is_minted);
	check_said(t, &now);

	now.mono_us += 100 * SEC;
	check_said(t, &now);
	is_minted = take(t, 201, date, body, &now, &dice);
	check_times(t, &now, is_minted);
	check_said(t, &now);
	hg_app_token_free(t);
	return 0;
}
