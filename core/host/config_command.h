/*
 * config_command - `hubgate config schema`: what a configuration may say.
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
