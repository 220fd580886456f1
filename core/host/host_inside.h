/*
 * host_inside - the struct behind host.h, for the files of the host itself.
 *
 * Thread: host, but what says atomic.
 */
#pragma once
#include "base/trace.h"
#include "dispatch/dispatch.h"
#include "front/front.h"
#include "host/bus.h"
#include "host/host.h"
#include "host/inherited.h"
#include "host/notify.h"
#include "host/setup.h"
#include "host/worker.h"
#include <event2/event.h>

#define HG_FRONTS_MAX 64

enum hg_host_state {
	HG_HOST_STARTING,
	HG_HOST_READY,
	HG_HOST_DRAINING, /* SIGTERM came */
	HG_HOST_ENDING,   /* everything is being taken down */
};

struct hg_bound { /* a listener that is open */
	char *name;
	struct hg_address address; /* with the real port */
	bool is_inherited;         /* a Unix socket's file is another's */
};

struct hg_reload_note {  /* of the latest reload, for `status` */
	int64_t wall_us; /* 0: there was none */
	bool is_ok;
	char why[256]; /* its first error */
};

struct hg_host {
	struct hg_host_wish wish;
	struct hg_clock *clock;
	struct hg_loop *loop;
	struct hg_worker dispatcher;
	struct hg_dispatch *dispatch; /* its own loop's, but port */
	struct hg_worker fronts[HG_FRONTS_MAX];
	uint32_t n_fronts;
	struct hg_front *admin; /* on the host loop; NULL = none */
	struct hg_view *view;
	struct hg_bus *bus;
	struct hg_certs certs;
	struct hg_notify notify;
	struct hg_watchdog *watchdog;                    /* NULL: none is asked for */
	struct hg_trace_ring *traces[HG_FRONTS_MAX + 1]; /* the fronts', then the dispatcher's */

	struct hg_setup *setup; /* the current one; its first reference is the host's */
	struct hg_list setups;  /* that are not freed yet, hg_setup.link */
	uint32_t n_setups;
	struct hg_text last_receipt; /* of the last reload; empty: there was none */
	struct hg_alarm secrets;     /* when secret files are looked at */
	uint64_t generation;
	struct hg_now began;    /* when the process did */
	char strategy[40];      /* set by hand; "": as configured */
	int64_t loaded_wall_us; /* when the current setup came into force */
	struct hg_reload_note reload_note;
	struct hg_inherited inherited;
	struct hg_bound bound[HG_LISTENERS_MAX];
	uint32_t n_bound;

	_Atomic int state; /* enum hg_host_state; only the host writes */
	uint32_t n_draining;
	struct hg_drained *drained; /* one a front, from SIGTERM on; some may never be posted */
	struct event *signals[4];
	struct event *limit; /* of the drain, in real time */
	struct hg_message begin;
	int exit_status;
};

void hg_host_enter(struct hg_host *h, enum hg_host_state to);

/* File descriptors of one front by listener, -1 = none. */
struct hg_fds {
	int fd[HG_LISTENERS_MAX];
};

/* -- sockets (sockets.c) ----------------------------------------------------------------------- */

/* Opens what the setup names and is not open yet, for each front, and the admin socket (its own
 * row at the end). Nothing stays open on failure. */
int hg_host_open(struct hg_host *h, struct hg_setup *s, struct hg_fds *ret_fds, struct hg_err *err);
/* Closes what hg_host_open opened: the setup is not taken. */
void hg_host_close(struct hg_host *h, struct hg_setup *s, struct hg_fds *fds);
/* The setup is taken: rows of vanished listeners go. */
void hg_host_bind(struct hg_host *h, struct hg_setup *s);
void hg_host_unbind_all(struct hg_host *h);
const struct hg_bound *hg_host_bound(const struct hg_host *h, const char *name); /* or NULL */

/* The host's loop, the dispatcher's, the fronts': i < n_fronts + 2. */
struct hg_loop *hg_host_loop(const struct hg_host *h, uint32_t i);

/* -- setups (reload.c) ------------------------------------------------------------------------- */

/* Reads the configuration anew and brings it to life up to the snapshot. NULL: said in faults.
 * source NULL: the file; else what stood in it (secret files are read anew all the same). */
struct hg_setup *hg_host_prepare(
	struct hg_host *h, const struct hg_text *source, struct hg_faults *faults);
/* start, adopt and thread_start; 0, or all of it undone. */
int hg_host_wake(struct hg_host *h, struct hg_setup *s, struct hg_setup *old, struct hg_err *err);
/* current.c: how the latest reload ended. */
void hg_host_note_reload(struct hg_host *h, int rc, const struct hg_faults *faults);

enum hg_reload_cause {
	HG_RELOAD_SIGNAL,
	HG_RELOAD_ADMIN,
	HG_RELOAD_SECRETS, /* with the configuration as it was read before */
};

/* The whole transaction: 0, or it is refused and the old one stays. Its receipt (receipt.h) is
 * h->last_receipt, but for HG_EAGAIN: hubgate starts or stops. */
int hg_host_reload(struct hg_host *h, enum hg_reload_cause cause);
/* From now on, secret files of the setup in force. */
void hg_host_watch_secrets(struct hg_host *h);
/* [{"generation":2,"state":"in force","uses":9},…] */
void hg_host_show_generations(const struct hg_host *h, struct hg_text *out);
/* Each fault as a line of the log. */
void hg_faults_log(const struct hg_faults *faults);

/* -- the access log (access.c) ----------------------------------------------------------------- */

/* Of `s`, which has none yet; the file is shared with `old` (may be NULL) when it is the same. */
int hg_host_open_access_log(struct hg_setup *s, const struct hg_setup *old, struct hg_err *err);
/* The file was renamed: a new one from now on. */
void hg_host_reopen_access_log(const struct hg_host *h);
/* Lines that the access log lost since the start. Any thread. */
uint64_t hg_host_access_log_dropped(void);

/* -- the current one (current.c) --------------------------------------------------------------- */

/* Makes it the current one: for fetches, events, log levels. */
void hg_host_enter_setup(struct hg_host *h, struct hg_setup *s);
/* In a demonstration, and once its port is known: the upstream is our own simulator. */
void hg_host_point_at_simulator(struct hg_host *h, struct hg_setup *s);
/* Its snapshot, with a reference for the caller; NULL before the first and after the last. Any
 * thread. */
struct hg_snapshot *hg_host_current(void);

/* -- the strategy in force (strategy.c) -------------------------------------------------------- */

extern const struct hg_route hg_strategy_routes[];
const char *hg_host_strategy(const struct hg_host *h); /* "none" */
/* By hand, until the next start. False: there is none of that label. `who` is for the log. */
bool hg_host_set_strategy(struct hg_host *h, struct hg_str label, struct hg_str who);
/* After a reload: what was set by hand stays, unless the file says something new. */
void hg_host_keep_strategy(struct hg_host *h, const struct hg_setup *old);
/* {"strategy":…,"configured":…,"available":[…]} */
void hg_host_show_strategy(const struct hg_host *h, struct hg_text *out);

/* -- health (health.c) ------------------------------------------------------------------------- */

extern const struct hg_route hg_health_routes[];

/* -- admin (admin/admin.c) --------------------------------------------------------------------- */

extern const struct hg_route hg_admin_routes[];
