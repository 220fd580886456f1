/*
 * callback - a plugin's function that runs later: posted to a thread (hg/thread.h), or when what
 * was offloaded is done (hg/offload.h).
 *
 *     hg_callback_owe(&c);            before it is posted: it may have run when posting returns
 *     hg_callback_run(c, "post");     on its loop, or, when nobody took it,
 *     hg_callback_forgo(&c);
 *
 * What is owed is counted in the instance (n_pending), whose stop waits for 0. Its time is the
 * instance's (stopwatch.h).
 *
 * Thread: run on the loop that calls the plugin, the others any.
 */
#pragma once

struct hg_callback {
	void *self; /* the plugin's; NULL: nobody's, neither counted nor timed */
	void (*fn)(void *self, void *arg);
	void *arg;
};

void hg_callback_owe(const struct hg_callback *c);
void hg_callback_forgo(const struct hg_callback *c);
/* By value, so that what carried it may be freed before. `hook` as of hg_stopwatch_begin. */
void hg_callback_run(struct hg_callback c, const char *hook);
