#include "host/ask/screen.h"

#include "base/text.h"
#include "host/ask/human.h"
#include "host/ask/table.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/* With the lines that there is one of, they fill the screen and no more. */
enum { BUDGETS_MOST = 5, UPSTREAMS_MOST = 2, STATES_MOST = 2, WARNINGS_MOST = 3 };

enum { COLUMNS_LEAST = 40 }; /* of a terminal that is believed */

/* -- lines ------------------------------------------------------------------------------------- */

static bool begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static int columns_of(FILE *out)
{
	struct winsize size;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) < 0 || size.ws_col < COLUMNS_LEAST)
		return HG_SCREEN_COLUMNS;
	return size.ws_col;
}

__attribute__((format(printf, 3, 4))) static void line(
	FILE *out, const char *label, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int used = fprintf(out, "%-10s ", label);

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	size_t n = strlen(text);
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	int width = used, columns = columns_of(out);
	for (const char *p = text; *p; p++)
		width += begins_character(*p);
	int left = width > columns ? columns - 1 - used : width;
	for (const char *p = text; *p; p++) {
		if (begins_character(*p) && left-- == 0) {
			fputc('~', out);
			break;
		}
		fputc((unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p, out);
	}
	fputc('\n', out);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "-";
}

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_number_value(json_object_get(object, key));
}

static void more(FILE *out, size_t n, size_t most, const char *where)
{
	if (n > most)
		line(out, "", "… %zu more: hubgate show %s", n - most, where);
}

/* -- one function a subject, in the order of the screen ---------------------------------------- */

static void print_process(const json_t *s, FILE *out)
{
	char up[HG_HUMAN_BYTES];

	hg_human_ms(number_of(s, "uptime_s") * 1000, up);
	line(out, "hubgate", "%s  %s  pid %lld  up %s", text_of(s, "version"), text_of(s, "state"),
		number_of(s, "pid"), up);
	line(out, "config", "generation %lld, loaded %s, %s", number_of(s, "generation"),
		text_of(s, "loaded"), text_of(s, "file"));
	const json_t *reload = json_object_get(s, "reload");
	if (!reload)
		line(out, "reload", "none since the start");
	else if (json_is_true(json_object_get(reload, "ok")))
		line(out, "reload", "done at %s", text_of(reload, "at"));
	else
		line(out, "reload", "FAILED at %s: %s", text_of(reload, "at"),
			text_of(reload, "why"));
	const json_t *reasons = json_object_get(s, "reasons"), *reason;
	size_t i;
	json_array_foreach(reasons, i, reason)
	{
		if (i < 2 && json_is_string(reason))
			line(out, "not ready", "%s", json_string_value(reason));
	}
}

static void print_names(
	const json_t *rows, const char *label, const char *key, const char *odd, FILE *out)
{
	struct hg_text text;
	json_t *row;
	size_t i;

	hg_text_init(&text);
	json_array_foreach(rows, i, row)
	{
		const char *state = odd ? json_string_value(json_object_get(row, odd)) : NULL;
		hg_text_printf(&text, "%s%s", i ? "  " : "", text_of(row, key));
		if (state && strcmp(state, "in") != 0)
			hg_text_printf(&text, " (%s)", state);
	}
	line(out, label, "%s", text.n ? text.p : "none");
	hg_text_fini(&text);
}

static void print_upstreams(const json_t *rows, FILE *out)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		char since[HG_HUMAN_BYTES];
		if (i == UPSTREAMS_MOST)
			break;
		hg_human_ms(number_of(row, "failing_ms"), since);
		if (json_object_get(row, "why"))
			line(out, i ? "" : "upstreams", "%s  %s for %s: %s", text_of(row, "name"),
				text_of(row, "state"), since, text_of(row, "why"));
		else
			line(out, i ? "" : "upstreams", "%s  %s, %lld on the wire",
				text_of(row, "name"), text_of(row, "state"),
				number_of(row, "on_wire"));
	}
	more(out, json_array_size(rows), UPSTREAMS_MOST, "upstreams");
}

static void print_budgets(const json_t *rows, const char *strategy, FILE *out)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		char reset[HG_HUMAN_BYTES], of[64] = "not known yet";
		if (i == BUDGETS_MOST)
			break;
		hg_human_ms(number_of(row, "resets_in_s") * 1000, reset);
		if (json_is_number(json_object_get(row, "limit")))
			(void)snprintf(of, sizeof(of), "%lld/%lld used, reset in %s",
				number_of(row, "used"), number_of(row, "limit"), reset);
		line(out, i ? "" : "budgets", "%-10.20s %-10.24s %s%s%s",
			text_of(row, "credential"), text_of(row, "resource"), of, i ? "" : ", ",
			i ? "" : strategy);
	}
	if (!i)
		line(out, "budgets", "GitHub was not asked yet; strategy %s", strategy);
	more(out, json_array_size(rows), BUDGETS_MOST, "budgets");
}

static void print_queues(const json_t *rows, FILE *out)
{
	static const char *const classes[] = { "critical", "high", "normal", "low" };
	long long n[4] = { 0 }, oldest = 0;
	char waits[HG_HUMAN_BYTES];
	const char *stop = NULL;
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *why = json_string_value(json_object_get(row, "stop"));
		for (int c = 0; c < 4; c++)
			n[c] += number_of(json_object_get(row, classes[c]), "waiting");
		if (number_of(row, "oldest_ms") > oldest)
			oldest = number_of(row, "oldest_ms");
		if (json_object_get(row, "opens_in_ms"))
			stop = why;
	}
	hg_human_ms(oldest, waits);
	line(out, "queues", "critical %lld  high %lld  normal %lld  low %lld%s%s%s%s", n[0], n[1],
		n[2], n[3], oldest ? "  oldest " : "", oldest ? waits : "",
		stop ? "  stopped by: " : "", stop ? stop : "");
}

static void print_requests(const json_t *s, FILE *out)
{
	const json_t *load = json_object_get(s, "load");
	long long requests = 0, conns = 0;
	double rate = 0;
	json_t *front;
	size_t i;

	json_array_foreach(json_object_get(s, "fronts"), i, front)
	{
		requests += number_of(front, "under_way");
		conns += number_of(front, "connections");
		rate += json_number_value(json_object_get(front, "per_second"));
	}
	line(out, "requests",
		"%lld under way, %.1f/s, %lld connections; %lld tickets, %lld at GitHub", requests,
		rate, conns, number_of(load, "tickets"), number_of(load, "on_wire"));
}

/* What plugins say of themselves: few figures each, "hit_share 93.4%". */
static void print_states(const json_t *states, FILE *out)
{
	json_t *state, *value;
	const char *name, *key;
	int n = 0;

	json_object_foreach((json_t *)(uintptr_t)states, name, state)
	{
		struct hg_text text;
		if (n++ == STATES_MOST)
			break;
		hg_text_init(&text);
		json_object_foreach(state, key, value)
		{
			char *cell = hg_table_cell(value, NULL, hg_form_of(key, value));
			int words = (int)strcspn(key, "_");
			hg_text_printf(&text, "%s%.*s %s", text.n ? "  " : "",
				strcmp(key + words, "_share") == 0 || !key[words]
					? words
					: (int)strlen(key),
				key, cell ? cell : "?");
			free(cell);
		}
		line(out, name, "%s", text.n ? text.p : "");
		hg_text_fini(&text);
	}
}

static void print_warnings(const json_t *rows, FILE *out)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (i < WARNINGS_MOST)
			line(out, i ? "" : "warnings", "%lld %s", number_of(row, "n"),
				text_of(row, "what"));
	}
	if (!i)
		line(out, "warnings", "none");
}

void hg_screen_print(const json_t *s, FILE *out)
{
	print_process(s, out);
	print_names(json_object_get(s, "listeners"), "listeners", "url", NULL, out);
	print_upstreams(json_object_get(s, "upstreams"), out);
	print_budgets(json_object_get(s, "budgets"), text_of(s, "strategy"), out);
	print_queues(json_object_get(s, "queues"), out);
	print_requests(s, out);
	print_states(json_object_get(s, "states"), out);
	print_names(json_object_get(s, "plugins"), "plugins", "name", "state", out);
	print_warnings(json_object_get(s, "warnings"), out);
}
