#include "host/ask/table.h"

#include "base/text.h"
#include "host/ask/human.h"
#include <hg/mem.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 24

static const json_t *member(const json_t *row, const char *key)
{
	char first[64];
	const char *dot = strchr(key, '.');

	if (!dot || (size_t)(dot - key) >= sizeof(first))
		return json_object_get(row, key);
	memcpy(first, key, (size_t)(dot - key));
	first[dot - key] = '\0';
	return json_object_get(json_object_get(row, first), dot + 1);
}

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	bool is_word = n == m || (n > m && (end[0] == '_' || s[n - m - 1] == '_'));

	return is_word && strcmp(s + n - m, end) == 0;
}

enum hg_form hg_form_of(const char *key, const json_t *value)
{
	static const struct {
		const char *end;
		enum hg_form form;
	} ends[] = { { "at_us", HG_FORM_MOMENT }, { "wall_us", HG_FORM_MOMENT },
		{ "_bytes", HG_FORM_BYTES }, { "_ms", HG_FORM_MS }, { "_us", HG_FORM_US },
		{ "_s", HG_FORM_S }, { "_share", HG_FORM_SHARE } };

	if (!json_is_number(value))
		return HG_FORM_TEXT;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends_in(key, ends[i].end))
			return ends[i].form;
	}
	return strcmp(key, "bytes") == 0 ? HG_FORM_BYTES : HG_FORM_COUNT;
}

static char *as_it_is(const json_t *value)
{
	char *text = json_is_string(value) ? strdup(json_string_value(value))
	                                   : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT |
								       JSON_REAL_PRECISION(6));

	for (char *p = text; p && *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	}
	return text;
}

char *hg_table_cell(const json_t *row, const char *key, enum hg_form form)
{
	const json_t *value = key ? member(row, key) : row;
	double number = json_number_value(value);
	char text[HG_HUMAN_BYTES];

	if (!value || json_is_null(value))
		return strdup("-");
	if (json_is_boolean(value))
		return strdup(json_is_true(value) ? "yes" : "no");
	if (!json_is_number(value))
		return as_it_is(value);
	switch (form) {
	case HG_FORM_TEXT:
	case HG_FORM_COUNT:
		return as_it_is(value);
	case HG_FORM_S:
		hg_human_ms((int64_t)(number * 1000), text);
		break;
	case HG_FORM_MS:
		if (json_is_real(value)) /* it was worth a fraction */
			hg_human_us((int64_t)(number * 1000), text);
		else
			hg_human_ms((int64_t)number, text);
		break;
	case HG_FORM_US:
		hg_human_us((int64_t)number, text);
		break;
	case HG_FORM_MOMENT:
		hg_format_time((int64_t)number, text);
		break;
	case HG_FORM_BYTES:
		hg_human_bytes(number, text);
		break;
	case HG_FORM_SHARE:
		hg_human_share(number, text);
		break;
	}
	return strdup(text);
}

/* -- widths: in characters, not bytes ---------------------------------------------------------- */

static bool begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static size_t width_of(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += begins_character(*s);
	return n;
}

static void cut(char *s, uint32_t widest)
{
	size_t n = 0;

	if (!widest || width_of(s) <= widest)
		return;
	while (n < widest - 1 || !begins_character(*s))
		n += begins_character(*s++);
	s[0] = '~'; /* there is a character here that is cut, of one byte at least */
	s[1] = '\0';
}

/* -- choosing rows ----------------------------------------------------------------------------- */

static bool row_has(const json_t *row, const char *filter)
{
	const char *key;
	json_t *value;
	bool has = false;

	json_object_foreach((json_t *)(uintptr_t)row, key, value)
	{
		char *text = as_it_is(value);
		has |= text && strstr(text, filter) != NULL;
		free(text);
	}
	return has;
}

static json_t *choose(const json_t *rows, const struct hg_table_wish *wish, size_t *ret_matching)
{
	json_t *chosen = json_array(), *row;
	size_t i;

	*ret_matching = 0;
	json_array_foreach(rows, i, row)
	{
		if (wish->filter && !row_has(row, wish->filter))
			continue;
		if (!wish->limit || *ret_matching < wish->limit)
			json_array_append(chosen, row);
		++*ret_matching;
	}
	return chosen;
}

json_t *hg_table_choose(const json_t *rows, const struct hg_table_wish *wish)
{
	size_t n;

	return choose(rows, wish, &n);
}

/* -- printing ---------------------------------------------------------------------------------- */

struct grid {
	const struct hg_column *columns;
	size_t n_columns, n_rows;
	size_t widths[COLUMNS_MAX];
	char **cells; /* by row, then column */
};

static void fill(struct grid *g, const json_t *rows)
{
	json_t *row;
	size_t i;

	g->n_rows = json_array_size(rows);
	g->cells = hg_alloc0((g->n_rows * g->n_columns + 1) * sizeof(*g->cells));
	for (size_t k = 0; k < g->n_columns; k++)
		g->widths[k] = width_of(g->columns[k].title);
	json_array_foreach(rows, i, row)
	{
		for (size_t k = 0; k < g->n_columns; k++) {
			const struct hg_column *c = &g->columns[k];
			char *text = hg_table_cell(row, c->key, c->form);
			if (!text)
				text = strdup("?");
			cut(text, c->widest);
			size_t width = width_of(text);
			if (width > g->widths[k])
				g->widths[k] = width;
			g->cells[i * g->n_columns + k] = text;
		}
	}
}

static void print_cell(const struct grid *g, size_t k, const char *text, FILE *out)
{
	int room = (int)(g->widths[k] - width_of(text));
	bool is_last = k + 1 == g->n_columns;

	if (g->columns[k].form != HG_FORM_TEXT)
		fprintf(out, "%*s%s", room, "", text);
	else
		fprintf(out, "%s%*s", text, is_last ? 0 : room, "");
	fputs(is_last ? "\n" : "  ", out);
}

static void print_grid(const struct grid *g, int indent, FILE *out)
{
	fprintf(out, "%*s", indent, "");
	for (size_t k = 0; k < g->n_columns; k++)
		print_cell(g, k, g->columns[k].title, out);
	for (size_t i = 0; i < g->n_rows; i++) {
		fprintf(out, "%*s", indent, "");
		for (size_t k = 0; k < g->n_columns; k++)
			print_cell(g, k, g->cells[i * g->n_columns + k], out);
	}
}

/* A column of figures has nothing else in it. */
static enum hg_form form_of_all(const json_t *rows, const char *key)
{
	enum hg_form form = HG_FORM_TEXT;
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const json_t *value = json_object_get(row, key);
		if (!value || json_is_null(value))
			continue;
		form = hg_form_of(key, value);
		if (form == HG_FORM_TEXT)
			break;
	}
	return form;
}

static size_t columns_of(const json_t *rows, struct hg_column *ret_columns)
{
	const json_t *row = json_array_get(rows, 0);
	const char *key;
	json_t *value;
	size_t n = 0;

	json_object_foreach((json_t *)(uintptr_t)row, key, value)
	{
		if (n == COLUMNS_MAX)
			break;
		ret_columns[n++] = (struct hg_column){ key, key, form_of_all(rows, key), 0 };
	}
	return n;
}

void hg_table_print(const struct hg_column *columns, const json_t *rows,
	const struct hg_table_wish *wish, int indent, FILE *out)
{
	struct hg_column own[COLUMNS_MAX];
	struct grid g = { .columns = columns };
	size_t matching;
	json_t *chosen = choose(rows, wish, &matching);

	while (columns && columns[g.n_columns].title)
		g.n_columns++;
	if (!columns) {
		g.n_columns = columns_of(rows, own);
		g.columns = own;
	}
	fill(&g, chosen);
	if (g.n_rows)
		print_grid(&g, indent, out);
	else
		fprintf(out, "%*snothing\n", indent, "");
	if (matching > g.n_rows)
		fprintf(out, "%*s… %zu more (--limit %zu shows all)\n", indent, "",
			matching - g.n_rows, matching);
	for (size_t i = 0; i < g.n_rows * g.n_columns; i++)
		free(g.cells[i]);
	hg_free(g.cells);
	json_decref(chosen);
}
