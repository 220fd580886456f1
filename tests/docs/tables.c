/*
 * tables - what docs/ shows of the tables in the code; scripts/dev/tables puts it there.
 *
 *     docs-tables errors      docs/ERRORS.md, all of it
 *     docs-tables events      the table of events in docs/API.md
 */
#include "base/text.h"
#include "dispatch/outcome.h"
#include <stdio.h>

static void print_errors_head(void)
{
	puts("<!-- Made by scripts/dev/tables from the table in core/dispatch/outcome.c. -->\n"
	     "# Errors of GitHub's, and what becomes of them\n"
	     "\n"
	     "What hubgate does when GitHub does not simply answer. The first row that fits "
	     "decides.\n"
	     "hubgate's own errors, with their codes, stand in [API.md](API.md#errors); the events "
	     "in\n"
	     "[API.md](API.md#events).\n"
	     "\n"
	     "| What | |\n"
	     "|---|---|");
	for (int a = 0; a < HG_ACTS; a++)
		printf("| **%s** | %s |\n", hg_act_name((enum hg_act)a),
			hg_act_help((enum hg_act)a));
	puts("\n"
	     "Whatever is sent again is sent while its client waits and its deadline is ahead; "
	     "nothing\n"
	     "of it has reached the client yet. An upload that was streamed can not be sent again: "
	     "its\n"
	     "row ends in **pass**. Retries are paid from a purse of 10 % of what is sent (column\n"
	     "`purse`), so that trouble at GitHub does not double the traffic.\n"
	     "\n"
	     "`breaker` says whose circuit breaker counts it as a failure. When one opens,\n"
	     "`upstream.down` is told, and requests that would need it are answered 503 "
	     "`upstream_down`\n"
	     "at once, with the time of the next attempt in `Retry-After`, when their deadline is "
	     "before it;\n"
	     "others wait. The cache answers what is fresh meanwhile, and nothing that is stale. "
	     "After\n"
	     "`dispatch.breaker_open` one request is let through: if it is answered, the breaker "
	     "closes\n"
	     "and `upstream.up` is told; else it stays open twice as long, up to\n"
	     "`dispatch.breaker_open_most`. `validate` says that the credential is tried by "
	     "itself:\n"
	     "`credential.invalid` or nothing follows from that.\n");
	puts("| Row | When | What | Purse | Breaker | Event | Why |\n"
	     "|---|---|---|---|---|---|---|");
}

static void print_errors(void)
{
	size_t n;
	const struct hg_outcome_row *rows = hg_outcome_rows(&n);
	struct hg_text when;

	print_errors_head();
	hg_text_init(&when);
	for (size_t i = 0; i < n; i++) {
		const struct hg_outcome_row *r = &rows[i];
		const char *topic = hg_topic_row(r->topic)->name, *tick = *topic ? "`" : "";
		hg_text_clear(&when);
		hg_outcome_when(r, &when);
		printf("| `%s` | %s | **%s**%s | %s | %s | %s%s%s | %s |\n", r->name, when.p,
			hg_act_name(r->act), r->probes ? ", validate" : "",
			r->is_charged ? "pays" : "", hg_blame_name(r->blame), tick, topic, tick,
			r->why);
	}
	hg_text_fini(&when);
}

static void print_events(void)
{
	puts("| Topic | When | Members |\n"
	     "|---|---|---|");
	for (int t = HG_TOPIC_NONE + 1; t < HG_TOPICS; t++) {
		const struct hg_topic_row *row = hg_topic_row((enum hg_topic)t);
		printf("| `%s` | %s | `", row->name, row->help);
		for (const char *p = row->members; *p; p++)
			fputs(*p == ' ' ? "` `" : (char[]){ *p, 0 }, stdout);
		puts("` |");
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "errors") == 0)
		print_errors();
	else if (argc == 2 && strcmp(argv[1], "events") == 0)
		print_events();
	else
		return 2;
	return 0;
}
