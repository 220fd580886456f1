/*
 * Any bytes as GitHub's answer to a GraphQL request; the first byte says where it is cut in pieces,
 * and whether points were left.
 *
 * Must hold: pieces or whole, the verdict is the same; what was decided stays; a refusal is one
 * that has an end and no data. Of what jansson reads, and has no name twice and none with an
 * escape, jansson finds the same in it.
 */
#include <jansson.h>
#include <stdlib.h>

#include "ticket/graphql_verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void feed_in_pieces(struct hg_graphql_sight *v, struct hg_str body, size_t step)
{
	enum hg_graphql_look look = HG_GRAPHQL_HOLD;

	for (size_t at = 0; at < body.n; at += step) {
		size_t n = body.n - at < step ? body.n - at : step;
		hg_graphql_verdict_feed(v, (struct hg_str){ body.p + at, n });
		check(look == HG_GRAPHQL_HOLD || look == v->look);
		look = v->look;
	}
}

static bool has_type(const json_t *errors, const char *type)
{
	const json_t *error;
	size_t i;

	json_array_foreach(errors, i, error)
	{
		const char *text = json_string_value(json_object_get(error, "type"));
		if (text && !strcmp(text, type))
			return true;
	}
	return false;
}

static void check_against(const json_t *root, enum hg_graphql_verdict verdict)
{
	const json_t *found = json_object_get(root, "data");
	const json_t *errors = json_object_get(root, "errors");

	if (verdict == HG_GRAPHQL_FINE)
		check(found && !json_is_null(found) && (!errors || json_is_null(errors)));
	if (verdict == HG_GRAPHQL_ERRORS || verdict == HG_GRAPHQL_PARTIAL)
		check(errors && !json_is_null(errors));
	if (has_type(errors, "RATE_LIMITED") || has_type(errors, "RATE_LIMIT"))
		check(verdict == HG_GRAPHQL_PRIMARY || verdict == HG_GRAPHQL_SECONDARY);
	else if (has_type(errors, "RESOURCE_LIMITS_EXCEEDED"))
		check(verdict == HG_GRAPHQL_PARTIAL || verdict == HG_GRAPHQL_SECONDARY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct hg_str body = { (const char *)data + 1, size - 1 };
	struct hg_graphql_sight whole, pieces;

	hg_graphql_verdict_begin(&whole, data[0] & 1);
	hg_graphql_verdict_begin(&pieces, data[0] & 1);
	hg_graphql_verdict_feed(&whole, body);
	feed_in_pieces(&pieces, body, 1 + (data[0] >> 1));
	enum hg_graphql_verdict verdict = hg_graphql_verdict_end(&whole);
	check(verdict == hg_graphql_verdict_end(&pieces));
	check(whole.look == pieces.look && whole.cost == pieces.cost);
	if (whole.look == HG_GRAPHQL_REFUSED)
		check(verdict == HG_GRAPHQL_PRIMARY || verdict == HG_GRAPHQL_SECONDARY ||
			verdict == HG_GRAPHQL_ODD); /* something stands behind it */
	if (memchr(body.p, '\\', body.n))
		return 0;
	json_t *root = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	if (root && verdict != HG_GRAPHQL_ODD)
		check_against(root, verdict);
	if (json_is_object(root) && json_is_object(json_object_get(root, "data")))
		check(verdict != HG_GRAPHQL_ODD);
	json_decref(root);
	return 0;
}
