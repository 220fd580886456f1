#include "host/config/option_words.h"

#include "base/text.h"
#include "host/config/options.h"

/* "a|b|c" as "a, b, c" */
static void add_choices(const char *choices, struct hg_text *out)
{
	for (const char *p = choices; *p; p++)
		hg_text_add(out, *p == '|' ? HG_STR(", ") : (struct hg_str){ p, 1 });
}

void hg_option_add_type(const struct hg_option *row, struct hg_text *out)
{
	static const char *const words[] = {
		[HG_OPT_BOOL] = "true or false",
		[HG_OPT_INT] = "whole number",
		[HG_OPT_BYTES] = "size",
		[HG_OPT_USEC] = "duration",
		[HG_OPT_STRING] = "text",
		[HG_OPT_ENUM] = "one of ",
		[HG_OPT_SHARE] = "share",
		[HG_OPT_LIST] = "list",
		[HG_OPT_SECRET] = "secret",
		[HG_OPT_REF] = "name of an instance",
		[HG_OPT_MAP] = "names and values",
	};

	if (row->type < sizeof(words) / sizeof(*words) && words[row->type])
		hg_text_add(out, hg_str(words[row->type]));
	if (row->type == HG_OPT_ENUM)
		add_choices(row->choices, out);
	if (row->type == HG_OPT_REF && row->choices)
		hg_text_printf(out, " that provides %s", row->choices);
}

void hg_option_add_range(const struct hg_option *row, struct hg_text *out)
{
	if (row->min && row->max)
		hg_text_printf(out, "%s to %s", row->min, row->max);
	else if (row->min || row->max)
		hg_text_printf(out, "at %s %s", row->min ? "least" : "most",
			row->min ? row->min : row->max);
}

void hg_option_add_default(const struct hg_option *row, struct hg_text *out)
{
	if (!row->deflt)
		return;
	if (row->type != HG_OPT_LIST) {
		hg_text_add(out, row->deflt[0] ? hg_str(row->deflt) : HG_STR("\"\""));
		return;
	}
	hg_text_add_char(out, '[');
	for (const char *p = row->deflt; *p;) {
		size_t n = strcspn(p, ",");
		hg_text_add(out, (struct hg_str){ p, n });
		p += n;
		p += strspn(p, ", ");
		hg_text_add(out, *p ? HG_STR(", ") : HG_STR(""));
	}
	hg_text_add_char(out, ']');
}
