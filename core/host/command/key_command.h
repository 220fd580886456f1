/*
 * key_command - `hubgate key new NAME [--expires DATE]` and `hubgate key hash`.
 *
 * new prints a key, which is kept nowhere, and the lines for `clients:`; hash reads a key from the
 * standard input and prints what the configuration keeps of it.
 *
 * Thread: main, before there is any other.
 */
#pragma once
#include <stdint.h>
#include <stdio.h>

/* Exit status 0 or 1. `expires` may be NULL, and must be after `wall_us`. */
int hg_key_command_new(
	const char *name, const char *expires, int64_t wall_us, FILE *out, FILE *complaints);
int hg_key_command_hash(FILE *in, FILE *out, FILE *complaints);
