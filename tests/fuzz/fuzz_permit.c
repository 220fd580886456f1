/*
 * Any bytes as what GitHub says of permissions: the first line is X-OAuth-Scopes, the second
 * X-Accepted-OAuth-Scopes, the third X-Accepted-GitHub-Permissions; each further one is a
 * permission of an App's mint, "name level".
 *
 * Must hold: names are names; the same head says nothing new; what is printed is letters, digits
 * and the few other characters of a sentence; who has a scope does not lack it.
 */
#include <stdlib.h>

#include "base/text.h"
#include "dispatch/payer/permit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 3 };

static void check(bool holds)
{
	if (!holds)
		abort();
}

static struct hg_str next_line(struct hg_str *in)
{
	const char *end = in->n ? memchr(in->p, '\n', in->n) : NULL;
	struct hg_str line = { in->p, end ? (size_t)(end - in->p) : in->n };
	size_t taken = line.n + (end != NULL);

	*in = (struct hg_str){ in->p + taken, in->n - taken };
	return line;
}

static void check_text(struct hg_text *text)
{
	for (size_t i = 0; i < text->n; i++)
		check(strchr("abcdefghijklmnopqrstuvwxyz0123456789_:-=(), ;'", text->p[i]) != NULL);
	hg_text_clear(text);
}

static void check_permit(const struct hg_permit *p, const struct hg_head *h)
{
	struct hg_text text;

	hg_text_init(&text);
	check(p->n <= HG_PERMIT_ROWS);
	for (uint32_t i = 0; i < p->n; i++) {
		check(memchr(p->rows[i].name, 0, HG_PERMIT_NAME) && p->rows[i].name[0]);
		if (p->kind == HG_PERMIT_SCOPES)
			check(hg_permit_has_scope(p, hg_str(p->rows[i].name)));
		else
			check(hg_permit_level(p, hg_str(p->rows[i].name)) != HG_LEVEL_NONE);
	}
	hg_permit_print(p, &text);
	check_text(&text);
	check((hg_permit_print_off(p, &text) > 0) == (text.n > 0));
	check_text(&text);
	check(hg_permit_print_lack(p, h, &text) == (text.n > 0));
	check_text(&text);
	hg_text_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hg_str in = { (const char *)data, size };
	const struct hg_field fields[FIELDS] = {
		{ HG_STR("X-OAuth-Scopes"), next_line(&in) },
		{ HG_STR("X-Accepted-OAuth-Scopes"), next_line(&in) },
		{ HG_STR("X-Accepted-GitHub-Permissions"), next_line(&in) },
	};
	struct hg_head *h = hg_head_new(403, fields, FIELDS);
	struct hg_permit token = { 0 }, app = { 0 };

	check_permit(&token, h);
	check(hg_permit_note(&token, h));
	check(!hg_permit_note(&token, h));
	check_permit(&token, h);
	while (in.n) {
		struct hg_str line = next_line(&in);
		const char *blank = line.n ? memchr(line.p, ' ', line.n) : NULL;
		struct hg_str name = { line.p, blank ? (size_t)(blank - line.p) : line.n };
		struct hg_str level = { blank ? blank + 1 : NULL, blank ? line.n - name.n - 1 : 0 };
		hg_permit_put(&app, name, level);
	}
	check_permit(&app, h);
	check(app.kind != HG_PERMIT_APP || !hg_permit_note(&app, h));
	hg_head_unref(h);
	return 0;
}
