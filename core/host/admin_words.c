#include "host/admin_words.h"

#include <hg/mem.h>
#include <stdarg.h>
#include <stdio.h>

void hg_admin_args_init(struct hg_admin_args *args, struct hg_str query)
{
	args->query = query;
	hg_arena_init(&args->values);
}

void hg_admin_args_fini(struct hg_admin_args *args)
{
	hg_arena_fini(&args->values);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
		return (c | 32) - 'a' + 10;
	return -1;
}

/* What `s` says with %41 and + undone. */
static struct hg_str decode(struct hg_arena *arena, struct hg_str s)
{
	char *out = hg_arena_alloc(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
		if (s.p[i] == '%' && high >= 0 && low >= 0) {
			out[n++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[n++] = s.p[i] == '+' ? ' ' : s.p[i];
		}
	}
	return (struct hg_str){ out, n };
}

struct hg_str hg_admin_arg(const struct hg_admin_args *args, const char *name)
{
	struct hg_admin_args *a = (struct hg_admin_args *)(uintptr_t)args;
	size_t n = strlen(name);

	for (size_t i = 0; i < a->query.n;) {
		const char *p = a->query.p + i;
		const char *end = memchr(p, '&', a->query.n - i);
		size_t len = end ? (size_t)(end - p) : a->query.n - i;
		if (len > n && memcmp(p, name, n) == 0 && p[n] == '=')
			return decode(&a->values, (struct hg_str){ p + n + 1, len - n - 1 });
		i += len + 1;
	}
	return (struct hg_str){ 0 };
}

void hg_answer_printf(struct hg_answer *out, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n < sizeof(text)) {
		hg_text_add(&out->text, (struct hg_str){ text, (size_t)n });
		return;
	}
	char *large = hg_alloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(large, (size_t)n + 1, fmt, ap);
	va_end(ap);
	hg_text_add(&out->text, (struct hg_str){ large, (size_t)n });
	hg_free(large);
}

void hg_answer_add(struct hg_answer *out, struct hg_str piece)
{
	hg_text_add(&out->text, piece);
}

void hg_answer_add_string(struct hg_answer *out, struct hg_str text)
{
	hg_text_add_json(&out->text, text);
}
