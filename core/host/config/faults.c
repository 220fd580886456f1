#include "host/config/faults.h"

#include "base/text.h"
#include "host/config/secrets.h"
#include <hg/mem.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HIDDEN_BYTES = 8 }; /* in a row */

void hg_faults_init(struct hg_faults *f)
{
	*f = (struct hg_faults){ 0 };
}

void hg_faults_fini(struct hg_faults *f)
{
	for (uint32_t i = 0; i < f->n; i++) {
		hg_free((char *)f->items[i].place.file);
		hg_free(f->items[i].path);
		hg_free(f->items[i].message);
	}
	hg_free(f->items);
	for (uint32_t i = 0; i < f->n_hidden; i++)
		hg_text_wipe(&f->hidden[i]);
	hg_free(f->hidden);
	*f = (struct hg_faults){ 0 };
}

/* Does `a` stand behind `b` in the same file? */
static bool is_behind(const struct hg_place *a, const struct hg_place *b)
{
	if (!a->file || !b->file || strcmp(a->file, b->file) != 0)
		return false;
	return a->line != b->line ? a->line > b->line : a->col > b->col;
}

void hg_faults_hide(struct hg_faults *f, struct hg_str outside)
{
	if (outside.n < HIDDEN_BYTES)
		return;
	f->hidden = hg_realloc(f->hidden, (f->n_hidden + 1) * sizeof(f->hidden[0]));
	hg_text_init(&f->hidden[f->n_hidden]);
	hg_text_add(&f->hidden[f->n_hidden++], outside);
}

/* How many bytes at `p` stand in something hidden in this order; fewer than HIDDEN_BYTES: 0. */
static size_t hidden_at(const struct hg_faults *f, const char *p)
{
	size_t most = 0, left = strlen(p);

	for (uint32_t i = 0; i < f->n_hidden && left >= HIDDEN_BYTES; i++) {
		const struct hg_text *h = &f->hidden[i];
		for (size_t at = 0; at + HIDDEN_BYTES <= h->n; at++) {
			size_t n = 0;
			while (n < left && at + n < h->n && p[n] == h->p[at + n])
				n++;
			if (n >= HIDDEN_BYTES && n > most)
				most = n;
		}
	}
	return most;
}

static char *masked(const struct hg_faults *f, const char *message)
{
	struct hg_text text;

	hg_text_init(&text);
	while (*message) {
		size_t n = hidden_at(f, message);
		if (n)
			hg_text_add(&text, HG_STR("***"));
		else
			hg_text_add_char(&text, *message);
		message += n ? n : 1;
	}
	char *kept = hg_strndup(text.p, text.n);
	hg_text_fini(&text);
	return kept;
}

static void add(struct hg_faults *f, const struct hg_place *place, const char *path, bool warning,
	const char *fmt, va_list ap)
{
	char message[512];

	f->n_errors += !warning;
	if (f->n == HG_FAULTS_MAX) {
		f->n_lost++;
		return;
	}
	vsnprintf(message, sizeof(message), fmt, ap);

	f->items = hg_realloc(f->items, (f->n + 1) * sizeof(f->items[0]));
	uint32_t at = f->n++;
	for (; place && at > 0 && is_behind(&f->items[at - 1].place, place); at--)
		f->items[at] = f->items[at - 1];
	struct hg_fault *fault = &f->items[at];
	*fault = (struct hg_fault){ .is_warning = warning };
	if (place) {
		fault->place = *place;
		fault->place.file =
			place->file ? hg_strndup(place->file, strlen(place->file)) : NULL;
	}
	fault->path = hg_strndup(path ? path : "", path ? strlen(path) : 0);
	fault->message = masked(f, message);
}

void hg_faults_add(
	struct hg_faults *f, const struct hg_place *place, const char *path, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, place, path, false, fmt, ap);
	va_end(ap);
}

void hg_faults_warn(
	struct hg_faults *f, const struct hg_place *place, const char *path, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, place, path, true, fmt, ap);
	va_end(ap);
}

bool hg_faults_has(const struct hg_faults *f, const char *section)
{
	size_t n = strlen(section);

	for (uint32_t i = 0; i < f->n; i++) {
		const struct hg_fault *it = &f->items[i];
		if (!it->is_warning && strncmp(it->path, section, n) == 0 &&
			(!it->path[n] || strchr(".[", it->path[n])))
			return true;
	}
	return false;
}

void hg_fault_print(const struct hg_fault *fault, struct hg_text *out)
{
	if (fault->place.file && fault->place.line)
		hg_text_printf(
			out, "%s:%u:%u: ", fault->place.file, fault->place.line, fault->place.col);
	else if (fault->place.file)
		hg_text_printf(out, "%s: ", fault->place.file);
	if (fault->path[0])
		hg_text_printf(out, "%s: ", fault->path);
	hg_text_add(out, hg_str(fault->message));
}

void hg_faults_print(const struct hg_faults *f, FILE *out)
{
	for (uint32_t i = 0; i < f->n; i++) {
		struct hg_text line;
		hg_text_init(&line);
		hg_fault_print(&f->items[i], &line);
		fprintf(out, "hubgate: %s%s\n", f->items[i].is_warning ? "warning: " : "", line.p);
		hg_text_fini(&line);
	}
	if (f->n_lost)
		fprintf(out, "hubgate: … and %u more\n", f->n_lost);
}

static void print_kind(const struct hg_faults *f, bool warnings, struct hg_text *out)
{
	bool first = true;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct hg_fault *fault = &f->items[i];
		if (fault->is_warning != warnings)
			continue;
		hg_text_add(out, first ? HG_STR("{\"file\":") : HG_STR(",{\"file\":"));
		first = false;
		hg_text_add_json(out, hg_str(fault->place.file ? fault->place.file : ""));
		hg_text_printf(out, ",\"line\":%u,\"column\":%u,\"path\":", fault->place.line,
			fault->place.col);
		hg_text_add_json(out, hg_str(fault->path));
		hg_text_add_json_member(out, "message", hg_str(fault->message));
		hg_text_add_char(out, '}');
	}
}

void hg_faults_print_members(const struct hg_faults *f, struct hg_text *out)
{
	hg_text_add(out, HG_STR("\"errors\":["));
	print_kind(f, false, out);
	hg_text_add(out, HG_STR("],\"warnings\":["));
	print_kind(f, true, out);
	hg_text_printf(out, "],\"not_shown\":%u", f->n_lost);
}

void hg_faults_print_json(const struct hg_faults *f, struct hg_text *out)
{
	hg_text_printf(out, "{\"ok\":%s,", f->n_errors ? "false" : "true");
	hg_faults_print_members(f, out);
	hg_text_add_char(out, '}');
}

const char *hg_meant(struct hg_str wrong, const char *const *words, uint32_t n)
{
	const char *best = NULL;
	size_t least = wrong.n / 3 + 1; /* one slip in short words, a third of long ones */

	if (wrong.n > 64)
		return NULL;
	for (uint32_t i = 0; i < n; i++) {
		size_t d = hg_edit_distance(wrong, hg_str(words[i]));
		if (d <= least && (!best || d < least)) {
			least = d;
			best = words[i];
		}
	}
	return best;
}
