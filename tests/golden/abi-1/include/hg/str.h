/*
 * str - a borrowed run of bytes: not ended by NUL, valid as long as its giver says.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct hg_str {
	const char *p; /* may be NULL when n is 0 */
	size_t n;
};

#define HG_STR(literal) ((struct hg_str){ "" literal, sizeof(literal) - 1 })

static inline struct hg_str hg_str(const char *text)
{
	return (struct hg_str){ text, text ? strlen(text) : 0 };
}

static inline bool hg_str_is(struct hg_str a, struct hg_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The same but for the case of ASCII letters: field names, schemes, hosts. */
static inline bool hg_str_is_nocase(struct hg_str a, struct hg_str b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

static inline bool hg_str_starts(struct hg_str s, struct hg_str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}
