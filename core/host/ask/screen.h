/*
 * screen - `hubgate status`: how a running hubgate is, on one screen of 80 x 24.
 *
 * Bounded whatever the daemon holds: so many lines of each kind, then "… 3 more: hubgate show
 * budgets"; a line that is too long for the terminal, or for 80 columns where there is none, ends
 * in "~". What is wrong comes with its word: down, stopped
 * by, failed, a warning.
 *
 * Thread: main of a short-lived process.
 */
#pragma once
#include <jansson.h>
#include <stdio.h>

enum { HG_SCREEN_COLUMNS = 80, HG_SCREEN_LINES = 24 };

/* `status`: the answer of GET /show/status. */
void hg_screen_print(const json_t *status, FILE *out);
