/*
 * config_command - `hubgate config schema | example | options | show | diff`: what a configuration
 * may say, in three forms, what one says, and what two say differently.
 *
 * Nothing is started, bound or connected.
 *
 * Thread: main, before there is any other.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>

struct hg_config_wish;

/* Of the plugins on the plugin path of `wish`. Exit status 0 or 1. */
int hg_config_command_schema(const struct hg_config_wish *wish, FILE *out, FILE *complaints);

/* The same as a file to begin with (config_example.h). */
int hg_config_command_example(const struct hg_config_wish *wish, FILE *out, FILE *complaints);
/* The same as a page (config_page.h); of one plugin, its table alone. */
int hg_config_command_options(
	const struct hg_config_wish *wish, const char *plugin, FILE *out, FILE *complaints);

/* Every option of the file of `wish`, secrets masked. Exit status 0 or 1. */
int hg_config_command_show(
	const struct hg_config_wish *wish, bool json, FILE *out, FILE *complaints);

/* What a reload of `now` with `wanted` in its place would change. Exit status 0 the same, 1 they
 * differ, 2 one of them can not be read. */
int hg_config_command_diff(const struct hg_config_wish *wish, const char *now, const char *wanted,
	bool json, FILE *out, FILE *complaints);
