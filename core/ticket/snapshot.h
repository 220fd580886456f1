/*
 * snapshot - one immutable configuration: options of the core, plugin instances, hook lists,
 * listeners. Counted; a request and a ticket keep the one with which they began, and the last
 * reference tells the host, which then stops instances that no newer snapshot uses.
 *
 * Made by the host, read by fronts and dispatcher. Thread: any.
 */
#pragma once
#include "base/instance.h"
#include <hg/option.h>
#include <hg/request.h>
#include <stdatomic.h>

struct hg_text;

/* `http:` the clients' side. Filled from option rows in core/host/config/core_options.c. */
struct hg_http_conf {
	uint64_t max_head_bytes;         /* 64KiB -> 431 */
	int64_t max_fields;              /* 100 -> 431 */
	uint64_t max_target_bytes;       /* 8KiB -> 414 */
	uint64_t max_body_bytes;         /* 32MiB kept whole; what is larger is streamed up */
	uint64_t max_upload_bytes;       /* 2GiB -> 413; 0: max_body_bytes is all */
	uint64_t max_buffered_bytes;     /* 256MiB of bodies per front -> 503 */
	int64_t head_timeout_us;         /* 10s from the first byte -> 408 */
	int64_t body_timeout_us;         /* 30s between two pieces -> 408 */
	int64_t body_total_timeout_us;   /* 10min of a body as a whole -> 408 */
	int64_t upload_total_timeout_us; /* 1h of one that is streamed up -> 408 */
	int64_t idle_timeout_us;         /* 60s keep-alive */
	int64_t write_timeout_us;        /* 30s in which a client took nothing */
	int64_t linger_timeout_us;       /* 30s listening on after a last reply: what a client sent
	                                    unread would have the kernel throw the reply away */
	int64_t max_connections;         /* per front */
	uint64_t write_window_bytes;     /* 256KiB of a reply waiting in a connection */
	uint64_t max_unsent_bytes;       /* 256MiB of replies waiting in a front's connections */
	struct hg_option_list public_urls; /* bases besides loopback names that Link and Location
	                                      may be rewritten to */
	int64_t max_batch;                 /* 100 requests in one batch -> 413 */
	uint64_t max_batch_bytes;          /* 64MiB of replies held for one batch */
	bool read_only;                    /* nothing is written to GitHub for clients -> 403 */
	bool passthrough;                  /* a client's own GitHub token is forwarded as itself */
};

/* A GitHub App's installation: tokens of an hour are minted with its key. */
struct hg_app_conf {
	const char *id;                     /* client ID or number; NULL = no App */
	int64_t installation;               /* ID */
	struct hg_secret *key;              /* RSA, PEM */
	struct hg_option_list repositories; /* names; empty: all that the installation has */
	struct hg_option_map permissions;   /* issues -> read; empty: all that it has */
};

/* One of the gateway's own credentials for an upstream: a token, an installation, or neither
 * (unauthenticated). */
struct hg_credential_conf {
	const char *alias;       /* "main" */
	struct hg_secret *token; /* a personal, fine-grained or OAuth token; NULL = none */
	struct hg_app_conf app;
	const char *identity;         /* whom GitHub counts, by any name; NULL = by itself */
	struct hg_option_list owners; /* accounts whose resources it may see; empty: any */
	struct hg_scope own;          /* by place and secret (scope.h) */
};

#define HG_CREDENTIALS_MAX 64u

#define HG_UPSTREAMS_MAX 16u

/* One GitHub that requests may be for: `upstream:` and `credential:`, or one of `upstreams:`. */
struct hg_upstream_conf {
	/* which requests are for it (upstream_base.h) */
	const char *name;            /* "main" */
	const char *prefix;          /* "/ghes": of paths; NULL = none */
	struct hg_option_list hosts; /* names in Host, without a port */

	const char *base_url;    /* https://api.github.com, or a GHES's …/api/v3 */
	const char *graphql_url; /* NULL = derived from base_url */
	const char *uploads_url; /* NULL = derived */
	const char *ca_file;     /* NULL = the system's */
	const char *proxy;       /* NULL = HTTPS_PROXY of the environment */
	const char *user_agent;
	int64_t connect_timeout_us;    /* 5s */
	int64_t first_byte_timeout_us; /* 12s */
	int64_t total_timeout_us;      /* 30s: GITHUB_REQUEST_TIMEOUT */
	int64_t stall_timeout_us;      /* 15s between two pieces of a stream */
	int64_t idle_timeout_us;       /* 45s: GitHub closes at 60 */
	int64_t max_connections;       /* per host */
	int64_t max_concurrent;        /* per credential; 0 = dispatch.max_concurrent */
	int64_t max_requests_per_hour; /* of its own credential; 0 = dispatch's */
	bool http2;
	struct hg_credential_conf credentials[HG_CREDENTIALS_MAX]; /* the pool */
	uint32_t n_credentials;                                    /* 1 at least */

	/* hg_snapshot_set_origins */
	uint64_t place;       /* of base_url: the same GitHub, whatever token is used */
	uint64_t address;     /* of all its bases */
	uint64_t origin;      /* of those and credentials */
	struct hg_scope pool; /* whose eyes clients without a token have here */
};

/* `dispatch:` */
struct hg_dispatch_conf {
	int64_t deadline_us;    /* 60s from arrival */
	int64_t max_tickets;    /* queued and under way in all -> 503 */
	int64_t max_concurrent; /* per credential: GitHub allows 100; an upstream may say less */
	uint64_t share_bytes;   /* bodies up to this are read at full speed and may be shared */
	uint64_t window_bytes; /* an unshared transfer pauses when this much waits for its client */
	int64_t max_requests_per_hour; /* GITHUB_MAX_REQUESTS_PER_HOUR; 0 = no cap */
	double reserve_low, reserve_normal, reserve_high; /* shares of a limit at which a class
	                                                      stops: hg_dispatch_reserve */
	double low_at;             /* share of a budget below which ratelimit.low is told */
	int64_t retries;           /* GITHUB_RETRY_COUNT, safe requests only */
	int64_t breaker_failures;  /* in a row that open a breaker (dispatch/breaker.h); 0: never */
	double breaker_share;      /* so does this share of what ended within the window … */
	int64_t breaker_least;     /* … when these many did */
	int64_t breaker_window_us; /* 30s */
	int64_t breaker_open_us;   /* 10s, doubling … */
	int64_t breaker_open_most_us; /* … to 5min */
	bool ask_at_start;            /* GET /rate_limit with each of the gateway's own tokens */
	int64_t overview_for_us;      /* /rate_limit is answered from the ledgers that long */
	const char
		*strategy; /* label of a strategy/1 provider; NULL = adaptive when there is one */
};

/* `secondary:` what one identity may do at GitHub besides its hourly budgets; 0: not limited. */
struct hg_secondary_conf {
	bool keep;                /* false: none of these holds, and none is learned */
	int64_t route_points;     /* 850 a minute and route template; GitHub: 900 */
	int64_t graphql_points;   /* 1900 a minute; GitHub: 2,000 */
	int64_t cpu_us;           /* 80s of GitHub's time a minute; GitHub: 90 s */
	int64_t cpu_graphql_us;   /* 50s of them for GraphQL; GitHub: 60 s */
	int64_t content_a_minute; /* 70; GitHub: 80 */
	int64_t content_an_hour;  /* 450; GitHub: 500 */
	int64_t write_gap_us;     /* 1s between two writes */
	int64_t mints_an_hour;    /* 1900 tokens; GitHub: 2,000 */
};

/* What a class leaves to those above it, as a share of the limit; critical: 0. */
static inline double hg_dispatch_reserve(const struct hg_dispatch_conf *c, enum hg_class klass)
{
	switch (klass) {
	case HG_CLASS_LOW:
		return c->reserve_low;
	case HG_CLASS_NORMAL:
		return c->reserve_normal;
	case HG_CLASS_HIGH:
		return c->reserve_high;
	default:
		return 0;
	}
}

enum { /* faces a listener may serve, besides plugin instances */
	HG_FACE_GITHUB =
		1u << 0, /* /api/v3 /api/graphql /api/uploads and the paths of api.github.com */
	HG_FACE_ADMIN = 1u << 1,  /* on the admin socket only */
	HG_FACE_HEALTH = 1u << 2, /* /livez /readyz */
};

struct hg_router;     /* core/front/router.h */
struct hg_tls;        /* core/front/tls.h */
struct hg_net;        /* core/front/net.h */
struct hg_keys;       /* core/front/keys.h */
struct hg_access_log; /* core/front/access_log.h */
struct hg_resolver;   /* core/front/resolve.h */
struct hg_when;       /* core/front/when.h */

struct hg_listener_conf {
	const char *name; /* its bind text */
	uint32_t faces;
	bool is_unix, is_loopback;
	bool is_keys_only;        /* clients' own GitHub tokens are not taken here */
	struct hg_router *router; /* owned; plugin routes of this listener, most literal first */
	struct hg_tls *tls;       /* owned; NULL: in the clear */
	bool has_preface;         /* a proxy says first who the client is (preface.h) */
	const struct hg_net *trusted; /* who such a proxy may be */
	uint32_t n_trusted;
};

#define HG_STRATEGIES_MAX 16u

struct hg_strategy_row { /* how a budget may be spent: strategy/1 (hg/strategy.h) */
	const char *label;
	struct hg_provider provider;
};

struct hg_hooks { /* instances of one phase, in the order of `plugins:` */
	uint32_t n;
	struct hg_instance *in[HG_INSTANCES_MAX];
};

struct hg_snapshot {
	_Atomic uint64_t refs;
	uint64_t generation; /* 1, 2, … */
	struct hg_http_conf http;
	struct hg_dispatch_conf dispatch;
	struct hg_secondary_conf secondary;
	struct hg_upstream_conf upstreams[HG_UPSTREAMS_MAX]; /* the first is `upstream:` */
	uint32_t n_upstreams;                                /* 1 at least */
	uint32_t n_instances, n_listeners;
	struct hg_instance **instances;
	struct hg_listener_conf *listeners;
	struct hg_hooks admit, weigh, lookup, send, head, keep, done;
	struct hg_strategy_row strategies[HG_STRATEGIES_MAX];
	uint32_t n_strategies;
	uint32_t strategy; /* which of them, when nobody says otherwise; n_strategies: nothing
	                      is paced */
	struct hg_access_log *access_log; /* owned by the host; NULL: none */
	struct hg_keys *keys;             /* owned by the host; NULL: none configured */
	struct hg_resolver *resolver;     /* the same; NULL: no rule is about paths */
	uint64_t guarded;                 /* bits by instance index: those that have a `when:` */
	const struct hg_when *when[HG_INSTANCES_MAX]; /* of each of them */
	void (*on_unused)(struct hg_snapshot *s);     /* any thread: the host takes it from here */
	void *owner;
};

/* Place, origin and pool of each upstream; when bases and tokens are known, before it is used. */
void hg_snapshot_set_origins(struct hg_snapshot *s);
/* The index of a strategy, or n_strategies. */
uint32_t hg_snapshot_strategy(const struct hg_snapshot *s, struct hg_str label);
/* "conservative, adaptive, aggressive"; "none" */
void hg_snapshot_strategy_names(const struct hg_snapshot *s, struct hg_text *out);
/* The index of an upstream, or n_upstreams. */
uint32_t hg_snapshot_upstream(const struct hg_snapshot *s, struct hg_str name);
struct hg_snapshot *hg_snapshot_ref(struct hg_snapshot *s);
void hg_snapshot_unref(struct hg_snapshot *s); /* the last one calls on_unused */
