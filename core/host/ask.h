/*
 * ask - `hubgate show …`: one request to the admin socket of a running hubgate, printed for people.
 *
 * Thread: main of a short-lived process.
 */
#pragma once
#include "host/listen.h"
#include <stdio.h>

/* Prints an array of objects as a table, an object as lines, or the JSON as it came. Returns the
 * exit status; what went wrong is on `complaints`. */
int hg_ask(const struct hg_address *admin, const char *method, const char *target, bool raw,
	FILE *out, FILE *complaints);

/* An answer as it is, or as tables and lines for people. */
void hg_ask_print(struct hg_str body, bool raw, FILE *out);
