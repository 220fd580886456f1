/*
 * option_words - how pages made of option tables (config_example, config_page) speak of a row.
 *
 * Thread: any.
 */
#pragma once
#include <hg/option.h>
#include <stdbool.h>

struct hg_text;

/* "one of text, json" */
void hg_option_add_type(const struct hg_option *row, struct hg_text *out);
/* "1KiB to 1MiB"; nothing when all values of the type are fine. */
void hg_option_add_range(const struct hg_option *row, struct hg_text *out);
/* As it would stand in the file; nothing when it has none. */
void hg_option_add_default(const struct hg_option *row, struct hg_text *out);
