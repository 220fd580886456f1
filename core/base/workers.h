/*
 * workers - threads for what blocks (hg/offload.h): a bounded queue of jobs.
 *
 * Thread: any.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

void hg_workers_start(unsigned n_threads, size_t room);
void hg_workers_stop(void); /* finishes what was accepted */
bool hg_workers_is_quiet(void);
