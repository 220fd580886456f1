/*
 * host - the process: its loops and threads, signals, reload, drain.
 *
 *     main thread   host loop: signals, admin socket, event bus, start and stop of plugins
 *     dispatcher    one thread
 *     front 0…N-1   one thread each
 *
 * Start: read and check everything, open sockets, start the dispatcher, start plugins in the order
 * of their needs, thread_start on each loop, then accept. What fails before that leaves nothing
 * behind, says one line and ends with 1.
 *
 * SIGUSR1, POST /reopen: the access log's file was renamed, a new one is begun.
 *
 * Reload (SIGHUP, POST /reload): everything is built beside what runs; the first error throws it
 * away. Then fronts and dispatcher take the new snapshot, and the old one ends with its last
 * request. Drain (SIGTERM, SIGINT): accept no more, answer what is under way, at most
 * `drain_timeout`; a second signal does not wait.
 *
 * Thread: main.
 */
#pragma once
#include "host/config/config.h"

enum hg_clock_kind { HG_CLOCK_REAL, HG_CLOCK_HELD, HG_CLOCK_SCALED };

struct hg_host_wish {
	struct hg_config_wish config;
	enum hg_clock_kind clock;
	double speed; /* HG_CLOCK_SCALED */
};

/* As many descriptors as we may have: a connection is one, and a setup is bound by them. */
void hg_host_raise_descriptors(void);

/* Runs until a signal ends it. Returns the exit status. */
int hg_host_run(const struct hg_host_wish *wish);
