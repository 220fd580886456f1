/*
 * sink-http - POSTs what happened to a URL: events of the bus whose topics fit its patterns.
 *
 *     event ─► waiting (bounded, drops the oldest) ─► one POST at a time ─► 2xx: done with
 *                  ▲                                        ├─► 408 425 429 5xx, none: a rest,
 * again └────────────── they wait again ─────────┘      all others: refused, and dropped
 *
 * The order is kept, and what was sent but not acknowledged is sent again: at least once as long as
 * the process lives, with the same X-Hubgate-Delivery for the same events. What waits when the
 * process ends is lost, like any event (hg/event.h).
 *
 * Over a reload the queue stays: both instances share it (struct room), and the newer sends. An
 * instance that is stopped while its POST is under way breaks it off and leaves the rest to the
 * other.
 *
 * Threads: host loop; the POST itself runs on a thread of post.c.
 * How it fails: a receiver that is down or slow costs the newest max_waiting_bytes of memory and
 * nothing else; the log says when it stops answering and when it does again.
 */
#include "post.h"
#include "waiting.h"
#include <hg/plugin.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BODY_MOST (1u << 20) /* of a batch; an event of its own may be larger */

/* -- options ----------------------------------------------------------------------------------- */

struct sink_conf {
	struct hg_secret *url; /* a chat's webhook has its password in the path */
	struct hg_option_list patterns;
	struct hg_secret *token, *secret;
	const char *ca_file;
	uint64_t max_waiting_bytes;
	int64_t batch;
	int64_t timeout_us;
	int64_t retry_first_us, retry_most_us;
	int64_t retries;
};

static const struct hg_option sink_options[] = {
	HG_SECRET(struct sink_conf, url, HG_OPT_LIVE | HG_OPT_REQUIRED,
		"Where events are POSTed to: https://…, or http://… on this machine. Never shown: "
		"a chat's webhook is a secret itself."),
	HG_LIST(struct sink_conf, patterns, "ratelimit.*,secondary.*,credential.*,upstream.*",
		HG_OPT_LIVE,
		"Topics that are sent: ratelimit.low, ratelimit.* (all of that word), or * (all)."),
	HG_SECRET(struct sink_conf, token, HG_OPT_LIVE,
		"Sent as Authorization: Bearer, for the receiver to know who it is."),
	HG_SECRET(struct sink_conf, secret, HG_OPT_LIVE,
		"Key of the signature of the body, X-Hub-Signature-256: sha256=…, in the form of "
		"GitHub's own deliveries; without it nothing is signed."),
	HG_STRING(struct sink_conf, ca_file, NULL, HG_OPT_LIVE,
		"PEM file of who may have signed the receiver's certificate; default: the "
		"system's."),
	HG_BYTES(struct sink_conf, max_waiting_bytes, "1MiB", "4KiB", "1GiB", HG_OPT_LIVE,
		"Events that may wait for the receiver; over it the oldest are dropped."),
	HG_INT(struct sink_conf, batch, "1", "1", "1000", HG_OPT_LIVE,
		"Events in one POST: 1: each is an object of its own; more: what waits is sent as "
		"an array of up to that many."),
	HG_USEC(struct sink_conf, timeout_us, "10s", "10ms", "5min", HG_OPT_LIVE,
		"How long one POST may take, connecting included."),
	HG_USEC(struct sink_conf, retry_first_us, "1s", "10ms", "1h", HG_OPT_LIVE,
		"The rest after a POST that failed; twice as long each time, less up to a half by "
		"chance."),
	HG_USEC(struct sink_conf, retry_most_us, "5min", "10ms", "1d", HG_OPT_LIVE,
		"The longest of these rests."),
	HG_INT(struct sink_conf, retries, "0", "0", "1000000", HG_OPT_LIVE,
		"How often a POST is repeated before its events are dropped; 0: until there is no "
		"room for them."),
	{ 0 },
};

static const struct hg_metric sink_metrics[] = {
	{ .name = "sink_http_events_total",
		.type = HG_COUNTER,
		.labels = "instance,end",
		.help = "Events by what became of them: sent, dropped (no room, or too often in "
			"vain), refused (by the receiver), lost (the process ended)." },
	{ .name = "sink_http_posts_total",
		.type = HG_COUNTER,
		.labels = "instance,status",
		.help = "POSTs by the answer: 2xx, 3xx, 4xx, 5xx, none." },
	{ .name = "sink_http_waiting",
		.type = HG_GAUGE,
		.labels = "instance",
		.help = "Events that wait for the receiver." },
	{ 0 },
};

/* -- state ------------------------------------------------------------------------------------- */

struct sink;

struct room { /* what outlives an instance */
	struct waiting waiting;
	uint32_t refs;
	struct sink *owner; /* the newest instance: it begins POSTs */
	struct sink *busy;  /* whose POST is under way, or that rests after one; NULL: none */
	int64_t began_us;   /* wall: makes the ids of this process its own */
	uint32_t n_tries;   /* of what is held or was, in vain */
	int64_t down_us;    /* mono: since when POSTs fail; 0: they do not */
	char why[256];      /* the latest failure */
};

struct sink {
	const struct sink_conf *conf; /* lives as long as the instance */
	struct room *room;
	struct sink *older, *newer; /* that share the room and are not stopped */
	struct post *post;
	struct hg_watch *watch;
	struct hg_timer *rest;
};

static void count(struct sink *s, const char *end, uint32_t n)
{
	if (n)
		hg_series_add(hg_series_find(s, "sink_http_events_total",
				      (const char *[]){ hg_instance_name(s), end }),
			n);
	hg_series_set(
		hg_series_find(s, "sink_http_waiting", (const char *[]){ hg_instance_name(s) }),
		s->room->waiting.n);
}

/* -- one POST after the other ------------------------------------------------------------------ */

/* Begins one, when there is something and nobody is at it. */
static void kick(struct room *room)
{
	struct sink *s = room->owner;
	struct post_ask ask = { 0 };
	struct waiting_body body;

	if (!s || room->busy || !room->waiting.n)
		return;
	waiting_hold(
		&room->waiting, (uint32_t)s->conf->batch, BODY_MOST, s->conf->batch > 1, &body);
	ask.body = body.p;
	ask.n = body.n;
	(void)snprintf(ask.id, sizeof(ask.id), "%" PRIx64 "-%" PRIu64 "-%" PRIu32,
		(uint64_t)room->began_us, body.first_seq, body.n_events);
	if (s->conf->batch == 1)
		(void)snprintf(ask.topic, sizeof(ask.topic), "%s", body.topic);
	room->busy = s;
	post_send(s->post, &ask);
}

/* Doubled each time, and between half and all of that by chance, so that what failed together does
 * not come back together. */
static int64_t rest_us(const struct sink *s)
{
	const struct room *room = s->room;
	int64_t rest = s->conf->retry_first_us;
	uint64_t seed[2] = { (uint64_t)room->began_us, room->n_tries }, chance[2];

	for (uint32_t i = 1; i < room->n_tries && rest < s->conf->retry_most_us; i++)
		rest *= 2;
	if (rest > s->conf->retry_most_us)
		rest = s->conf->retry_most_us;
	hg_hash128(seed, sizeof(seed), (uint8_t *)chance);
	return rest / 2 + (int64_t)(chance[0] % (uint64_t)(rest / 2 + 1));
}

static void note_up(struct sink *s)
{
	struct room *room = s->room;

	if (room->down_us)
		hg_log(s, HG_LOG_INFO, "receiver answers again down_s=%" PRId64,
			(hg_now().mono_us - room->down_us) / 1000000);
	room->down_us = 0;
	room->n_tries = 0;
}

static bool is_passing(int status)
{
	return status == 408 || status == 425 || status == 429 || status >= 500;
}

static const char *class_of(int status)
{
	static const char *const classes[] = { "none", "1xx", "2xx", "3xx", "4xx", "5xx" };

	return classes[status >= 100 && status < 600 ? status / 100 : 0];
}

/* It may work later: they wait again, or go when it was tried too often. */
static void take_failure(struct sink *s, const struct post_end *end)
{
	struct room *room = s->room;
	bool is_new = !room->down_us;

	if (end->status)
		(void)snprintf(room->why, sizeof(room->why), "answered %d", end->status);
	else
		(void)snprintf(room->why, sizeof(room->why), "%s", end->why);
	if (is_new) {
		room->down_us = hg_now().mono_us;
		hg_log(s, HG_LOG_WARN, "receiver failed: %s", room->why);
	}
	room->n_tries++;
	if (s->conf->retries && room->n_tries > s->conf->retries) {
		count(s, "dropped", waiting_drop(&room->waiting));
		room->n_tries = 0;
	}
	waiting_release(&room->waiting);
	int64_t wait_us = rest_us(s);
	if (end->retry_after_us > wait_us)
		wait_us = end->retry_after_us < s->conf->retry_most_us ? end->retry_after_us
		                                                       : s->conf->retry_most_us;
	room->busy = s;
	hg_timer_set(s->rest, wait_us);
}

static void take_end(struct sink *s, const struct post_end *end)
{
	struct room *room = s->room;

	hg_series_add(hg_series_find(s, "sink_http_posts_total",
			      (const char *[]){ hg_instance_name(s), class_of(end->status) }),
		1);
	room->busy = NULL;
	if (!end->status || is_passing(end->status)) {
		take_failure(s, end);
		return;
	}
	note_up(s);
	if (end->status < 300) {
		count(s, "sent", waiting_drop(&room->waiting));
		return;
	}
	(void)snprintf(room->why, sizeof(room->why), "refused with %d", end->status);
	uint32_t n = waiting_drop(&room->waiting);
	hg_log(s, HG_LOG_ERROR, "receiver refused status=%d events=%" PRIu32, end->status, n);
	count(s, "refused", n);
}

static void on_over(void *self, void *arg, int fd, uint32_t what)
{
	struct sink *s = self;
	struct post_end end;

	(void)arg, (void)fd, (void)what;
	if (!post_take(s->post, &end))
		return;
	take_end(s, &end);
	kick(s->room);
}

static void on_rested(void *self, void *arg)
{
	struct sink *s = self;

	(void)arg;
	s->room->busy = NULL;
	kick(s->room);
}

/* -- events ------------------------------------------------------------------------------------ */

static const char *const sink_events[] = { "*", NULL };

static void sink_on_event(void *self, const struct hg_event *ev)
{
	struct sink *s = self;
	bool is_wanted = false;

	for (uint32_t i = 0; i < s->conf->patterns.n && !is_wanted; i++)
		is_wanted = hg_topic_matches(s->conf->patterns.items[i], ev->topic);
	if (!is_wanted)
		return;
	count(s, "dropped", waiting_add(&s->room->waiting, ev, s->conf->max_waiting_bytes));
	kick(s->room);
}

/* -- for people -------------------------------------------------------------------------------- */

static int show_state(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	const struct sink *s = self;
	const struct room *room = s->room;

	(void)args, (void)err;
	hg_answer_printf(out, "{\"receiver\":");
	hg_answer_add_string(out, hg_str(post_place(s->post)));
	hg_answer_printf(out,
		",\"waiting\":%" PRIu32 ",\"waiting_bytes\":%" PRIu64 ",\"tries\":%" PRIu32
		",\"down_s\":%" PRId64 ",\"why\":",
		room->waiting.n, room->waiting.bytes, room->n_tries,
		room->down_us ? (hg_now().mono_us - room->down_us) / 1000000 : 0);
	hg_answer_add_string(out, hg_str(room->down_us ? room->why : ""));
	hg_answer_printf(out, "}");
	return HG_OK;
}

static const struct hg_command sink_commands[] = {
	{ .name = "state", .run = show_state, .about = "What waits, and why." },
	{ 0 },
};

/* -- start, stop ------------------------------------------------------------------------------- */

static const char *bytes_of(const struct hg_secret *secret, size_t *ret_n)
{
	*ret_n = 0;
	return secret ? hg_secret_bytes(secret, ret_n) : NULL;
}

/* Its URL as a string; wiped and freed by url_free. */
static char *url_of(const struct sink_conf *c)
{
	size_t n;
	const char *p = bytes_of(c->url, &n);

	return hg_strndup(p ? p : "", n);
}

static void url_free(char *url)
{
	explicit_bzero(url, strlen(url));
	hg_free(url);
}

/* A pattern that can fit nothing is a mistake: the alert would never come. */
static int check_patterns(const struct hg_option_list *patterns, struct hg_err *err)
{
	if (patterns->n == 0)
		return hg_err_set(err, HG_EINVAL, "patterns: an empty list sends nothing");
	for (uint32_t i = 0; i < patterns->n; i++) {
		const char *text = patterns->items[i], *star = strchr(text, '*');
		bool is_last = star && star > text && star[-1] == '.' && !star[1];

		if (!*text || (star && !is_last && strcmp(text, "*") != 0))
			return hg_err_set(err, HG_EINVAL,
				"patterns: \"%s\" fits no topic: write ratelimit.low, ratelimit.* "
				"or *",
				text);
	}
	return HG_OK;
}

static int sink_check(const void *conf, struct hg_err *err)
{
	const struct sink_conf *c = conf;
	char *url = url_of(c);
	int rc = post_check_url(url, err);
	size_t n;

	url_free(url);
	if (rc < 0 || (rc = check_patterns(&c->patterns, err)) < 0)
		return rc;
	const char *token = bytes_of(c->token, &n);
	for (size_t i = 0; i < n; i++) {
		if (token[i] <= ' ' || token[i] > '~')
			return hg_err_set(err, HG_EINVAL,
				"token: has a blank, a line's end or another byte that no header "
				"may have");
	}
	if (bytes_of(c->secret, &n) && n == 0)
		return hg_err_set(err, HG_EINVAL, "secret: is empty: anybody could sign with it");
	if (c->ca_file && access(c->ca_file, R_OK) < 0)
		return hg_err_set(err, HG_ENOTFOUND, "ca_file: cannot read \"%s\"", c->ca_file);
	if (c->retry_first_us > c->retry_most_us)
		return hg_err_set(err, HG_EINVAL, "retry_first: may not be longer than retry_most");
	return HG_OK;
}

static int sink_start(void *self, const void *conf, struct hg_err *err)
{
	const struct sink_conf *c = conf;
	struct sink *s = self;
	char *url = url_of(c);
	struct post_wish wish = { .url = url, .ca_file = c->ca_file, .timeout_us = c->timeout_us };

	wish.token = bytes_of(c->token, &wish.token_n);
	wish.secret = bytes_of(c->secret, &wish.secret_n);
	s->post = post_new(&wish, err);
	url_free(url);
	if (!s->post)
		return HG_EIO;
	s->conf = c;
	s->room = hg_alloc0(sizeof(*s->room));
	s->room->refs = 1;
	s->room->owner = s;
	s->room->began_us = hg_now().wall_us;
	s->watch = hg_watch_new(self, post_fd(s->post), on_over, NULL);
	hg_watch_set(s->watch, HG_WATCH_READ);
	s->rest = hg_timer_new(self, on_rested, NULL);
	count(s, "dropped", 0);
	return HG_OK;
}

static int sink_adopt(void *self, void *old_self, struct hg_err *err)
{
	struct sink *s = self, *old = old_self;

	(void)err;
	hg_free(s->room);
	s->room = old->room;
	s->room->refs++;
	s->room->owner = s;
	s->older = old;
	old->newer = s;
	kick(s->room);
	return HG_OK;
}

/* The other one goes on, if there is one. */
static void leave(struct sink *s)
{
	struct room *room = s->room;

	if (s->older)
		s->older->newer = s->newer;
	if (s->newer)
		s->newer->older = s->older;
	if (room->owner == s)
		room->owner = s->older;
	if (room->busy == s) {
		waiting_release(&room->waiting);
		room->busy = NULL;
	}
	if (--room->refs) {
		kick(room);
		return;
	}
	if (room->waiting.n)
		hg_log(s, HG_LOG_WARN, "lost events=%" PRIu32 ": they were not sent in time",
			room->waiting.n);
	uint32_t n = room->waiting.n;
	waiting_clear(&room->waiting);
	count(s, "lost", n);
	hg_free(room);
}

static void sink_stop(void *self)
{
	struct sink *s = self;

	hg_watch_free(s->watch);
	hg_timer_free(s->rest);
	post_free(s->post);
	leave(s);
}

/* -- the table --------------------------------------------------------------------------------- */

static const struct hg_plugin sink_plugin = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "sink-http",
	.about = "POSTs events to a URL.",
	.version = "0.1",
	HG_PLUGIN_ROWS,
	.self_size = sizeof(struct sink),
	.conf_size = sizeof(struct sink_conf),
	.options = sink_options,
	.metrics = sink_metrics,
	.commands = sink_commands,
	.events = sink_events,
	.optional = 1,
	.check = sink_check,
	.start = sink_start,
	.adopt = sink_adopt,
	.stop = sink_stop,
	.on_event = sink_on_event,
};
HG_PLUGIN_EXPORT(sink_plugin)
