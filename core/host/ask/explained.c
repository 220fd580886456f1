#include "host/ask/explained.h"

#include "host/ask/table.h"
#include <stdlib.h>

static void print_lines(const json_t *owner, FILE *out)
{
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(owner, "text"), i, line)
	{
		char *text = hg_table_cell(line, NULL, HG_FORM_TEXT); /* no control bytes */
		fprintf(out, "%s\n", text ? text : "");
		free(text);
	}
}

void hg_explained_print(const json_t *answer, FILE *out)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(answer, "now"), i, one)
	{
		if (i)
			fputs("\n", out);
		print_lines(one, out);
	}
	print_lines(answer, out);
}
