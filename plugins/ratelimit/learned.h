/*
 * learned - an instance's forecast from its start to its stop: read, adopted, written, given up.
 *
 *     start          STATE_DIR/forecast is read
 *     adopt          the old instance's is taken instead: it has learned since
 *     dispatcher     used; every save_us what is new is written, by an offload thread
 *     stop           the last instance that uses it writes what is new
 *
 * It is a comfort: what cannot be read or written is a line in the log, and learned anew.
 *
 * Thread: host, but learned_thread_…: dispatcher.   Clock: the loop's.
 */
#pragma once
#include "forecast.h"

struct learned {
	void *self; /* the plugin's */
	struct forecast *forecast;
	uint32_t max;
	int64_t save_us;
	char *path; /* NULL: there is no state directory */
	struct hg_timer *timer;
};

void learned_start(struct learned *l, void *self, uint32_t max, int64_t save_us);
void learned_adopt(struct learned *l, const struct learned *old);
void learned_thread_start(struct learned *l);
void learned_thread_stop(struct learned *l);
void learned_stop(struct learned *l);
