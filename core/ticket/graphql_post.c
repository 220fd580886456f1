#include "ticket/graphql_post.h"
#include <hg/hash.h>

static bool is_plain_json(struct hg_str type)
{
	static const char *const plain[] = { "application/json", "application/json;charset=utf-8",
		"application/json;charset=\"utf-8\"", NULL };
	char word[48];
	size_t n = 0;

	for (size_t i = 0; i < type.n; i++) {
		if (type.p[i] == ' ' || type.p[i] == '\t')
			continue;
		if (n == sizeof(word))
			return false;
		word[n++] = type.p[i];
	}
	for (const char *const *p = plain; *p; p++)
		if (hg_str_is_nocase((struct hg_str){ word, n }, hg_str(*p)))
			return true;
	return false;
}

bool hg_graphql_is_plain(struct hg_str content_type, struct hg_str content_encoding)
{
	return is_plain_json(content_type) && !content_encoding.p;
}

void hg_graphql_post_read(struct hg_graphql_post *ret_post, bool is_plain, struct hg_str body)
{
	struct hg_graphql_weight w = hg_graphql_weigh(body);

	*ret_post = (struct hg_graphql_post){ .is_read = true,
		.is_query = is_plain && w.does == HG_GRAPHQL_QUERY,
		.document = w.document,
		.points = w.points,
		.is_content = w.is_content,
		.shape = w.shape };
	hg_hash128(body.p, body.n, ret_post->body);
}
