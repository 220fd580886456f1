/*
 * wire_site - hubgate's end of a wire: a dispatcher with the real transport on one loop of the
 * test's thread, that knows one GitHub, on a port of the test, and one credential.
 *
 *     wire_site_make(&site, hg_clock_new_real(), port);
 *     site.snapshot.dispatch.retries = 3;                  what the test wants otherwise
 *     wire_site_open(&site);
 *     t = wire_site_ticket(&site, "GET", "/zen", on_news, arg);
 *     hg_ticket_submit(t, hg_dispatch_port(site.dispatch));
 *     wire_site_close(&site);
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "base/secret.h"
#include "dispatch/dispatch.h"

#define SEC 1000000ll

struct wire_site { /* stays where it is made: base_url lies in it */
	struct hg_clock *clock;
	struct hg_loop *loop;
	struct hg_snapshot snapshot;
	struct hg_view *view;
	struct hg_dispatch *dispatch; /* NULL before it is open */
	struct hg_secret *token;      /* "ghp_own" */
	char base[64];                /* "http://127.0.0.1:PORT" */
};

static inline void wire_site_on_unused(struct hg_snapshot *s)
{
	(void)s;
}

/* Takes the clock. */
static inline void wire_site_make(struct wire_site *s, struct hg_clock *clock, unsigned port)
{
	*s = (struct wire_site){ .clock = clock, .token = hg_secret_new(HG_STR("ghp_own")) };
	(void)snprintf(s->base, sizeof(s->base), "http://127.0.0.1:%u", port);
	s->loop = hg_loop_new(clock, HG_THREAD_DISPATCHER, "dispatcher", 64);
	s->view = hg_view_new();
	s->snapshot = (struct hg_snapshot){
		.generation = 1,
		.n_upstreams = 1,
		.upstreams[0] = { .name = "main",
			.base_url = s->base,
			.user_agent = "hubgate/test",
			.connect_timeout_us = 20 * SEC,
			.first_byte_timeout_us = 20 * SEC,
			.total_timeout_us = 40 * SEC,
			.stall_timeout_us = 20 * SEC,
			.idle_timeout_us = 45 * SEC,
			.max_connections = 8,
			.http2 = true,
			.credentials = { { .alias = "main", .token = s->token } } },
		.dispatch = { .deadline_us = 60 * SEC,
			.max_tickets = 100,
			.max_concurrent = 50,
			.share_bytes = 1 << 20,
			.window_bytes = 1 << 18 },
		.on_unused = wire_site_on_unused,
	};
	hg_snapshot_set_origins(&s->snapshot);
	atomic_init(&s->snapshot.refs, 1);
}

static inline void wire_site_open(struct wire_site *s)
{
	struct hg_err err = HG_ERR_INIT;

	s->dispatch = hg_dispatch_new(s->loop, &s->snapshot, s->view, &err);
	if (!s->dispatch)
		fail_msg("%s", err.text);
}

static inline void wire_site_drain(struct wire_site *s)
{
	while (hg_loop_turn(s->loop))
		continue;
}

/* A dispatcher that the test has ended itself (HG_TAKE) is fine. */
static inline void wire_site_close(struct wire_site *s)
{
	hg_dispatch_free(s->dispatch);
	wire_site_drain(s);
	assert_int_equal(s->snapshot.refs, 1);
	hg_view_free(s->view);
	hg_loop_free(s->loop);
	hg_clock_free(s->clock);
	hg_secret_unref(s->token);
}

/* Not submitted yet; the caller's reference. `path` stays. */
static inline struct hg_ticket *wire_site_ticket(struct wire_site *s, const char *method,
	const char *path, void (*on_news)(struct hg_ticket *t), void *arg)
{
	struct hg_ticket *t = hg_ticket_new(s->loop, &s->snapshot, on_news, arg);
	struct hg_ask *a = &t->ask;

	a->id = a->client = HG_STR("test");
	a->method = hg_str(method);
	a->path = a->route = hg_str(path);
	a->resource = HG_STR("core");
	a->klass = HG_CLASS_HIGH;
	a->cost = 1;
	a->is_safe = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	a->arrived_us = hg_loop_now(s->loop).mono_us;
	a->deadline_us = a->arrived_us + 60 * SEC;
	return t;
}
