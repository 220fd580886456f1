/*
 * explained - `hubgate explain`: the lines of its answer, those of each request under it.
 *
 *     class low waits 12.0 s for core: kept for better classes
 *     nobody goes before it
 *
 * Thread: main of a short-lived process.
 */
#pragma once
#include <jansson.h>
#include <stdio.h>

void hg_explained_print(const json_t *answer, FILE *out);
