/*
 * storm - many mixed requests from clients that come and go as they like.
 *
 *     storm --port P --simulator P [--n 1500] [--from 0] [--seed 1] [--connections 64]
 *           [--rate R] [--calm 1]
 *
 * SIGTERM: nothing more is begun; what is under way is awaited and judged.
 *
 * --rate R: no more than R requests a second are begun. --calm 1: every client stays to the end and
 * asks only what must be answered whole; then whatever is cut off is odd.
 *
 * One thread, one poll. Each connection sends bursts of one to six pipelined requests and has a
 * way to go on: it stays, or it leaves before all is sent, after that, in the middle of the
 * answers, shuts down its sending side, or reads in sips. What it asks is a function of seed and
 * number alone (ask.h), so `--from` continues a storm that was broken off.
 *
 * Every whole answer is judged. Exit status 1 when one was odd, with a line for each of the first.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "control.h"
#include "link.h"

#define BURST 6
#define MOST_CONNS 256
#define STUCK_MS 45000
#define ODD_LINES 20

enum way {
	WAY_STAYS,
	WAY_LEAVES_EARLY,  /* before all is sent */
	WAY_LEAVES_SENT,   /* when all is sent */
	WAY_LEAVES_MIDDLE, /* when some of the answers has come */
	WAY_HALF,          /* shuts down its sending side, and reads on */
	WAY_SIPS,
	WAYS,
};

static const struct {
	const char *name;
	uint32_t percent;
} ways[WAYS] = { { "stayed", 64 }, { "left-early", 7 }, { "left-sent", 8 }, { "left-middle", 8 },
	{ "half-closed", 5 }, { "sipped", 8 } };

struct conn {
	struct link link;
	struct dice dice;
	enum way way;
	struct ask asks[BURST];
	uint32_t n_asks, n_answered;
	struct answer_text out;
	size_t sent, leaves_at; /* bytes sent, or received, when it leaves */
	uint64_t received;
	struct answer answer;
	bool awaits_end; /* the last answer said close: nothing may follow */
	bool has_shut;
	int64_t moved_ms, sips_ms; /* last progress; reads nothing before */
};

struct storm {
	struct ask_world world;
	struct link_places places;
	char hosts[LINK_OVERS][64];
	uint64_t from, next, end;
	uint64_t rate; /* requests a second; 0: as fast as they go */
	int64_t begun_ms;
	uint32_t n_conns;
	struct conn conns[MOST_CONNS];
	uint64_t n_ways[WAYS];
	uint64_t n_whole[ASK_KINDS], n_left[ASK_KINDS], n_cut[ASK_KINDS], n_status[600];
	uint64_t n_bytes, n_opened[LINK_OVERS], n_odd;
};

static volatile sig_atomic_t is_told_to_end;

static void on_signal(int number)
{
	(void)number;
	is_told_to_end = 1;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const struct ask *present_ask(const struct conn *c)
{
	return c->n_answered < c->n_asks ? &c->asks[c->n_answered] : NULL;
}

static void tell_odd(struct storm *s, const struct conn *c, const char *what)
{
	const struct ask *q = present_ask(c);

	if (++s->n_odd > ODD_LINES)
		return;
	printf("odd: %s: #%llu %s (%u of %u, client %s) status=%d wanted=\"%s\"\n", what,
		q ? (unsigned long long)q->number : 0, q ? ask_kind_name(q->kind) : "-",
		c->n_answered + 1, c->n_asks, ways[c->way].name, c->answer.status,
		q ? q->wanted : "");
	if (c->answer.head.n)
		printf("--- head\n%.600s--- body\n%.300s\n---\n", c->answer.head.p,
			c->answer.body.n ? c->answer.body.p : "");
}

/* -- a connection's life ----------------------------------------------------------------------- */

/* What is not answered counts in `n_by_kind`. */
static void end_burst(struct conn *c, uint64_t *n_by_kind)
{
	for (; c->n_answered < c->n_asks; c->n_answered++)
		n_by_kind[c->asks[c->n_answered].kind]++;
	c->n_asks = c->n_answered = 0;
	c->out.n = c->sent = 0;
	answer_fini(&c->answer);
}

static void close_conn(struct conn *c, bool rudely)
{
	link_close(&c->link, rudely);
	c->awaits_end = c->has_shut = false;
}

static void leave(struct storm *s, struct conn *c)
{
	end_burst(c, s->n_left);
	close_conn(c, dice_hits(&c->dice, 50));
}

/* Half of them in the clear, when there is more. */
static enum link_over choose_over(const struct storm *s, struct dice *d)
{
	uint32_t at = dice_below(d, 4);

	if (at == 0 && s->places.ports[LINK_TLS])
		return LINK_TLS;
	return at == 1 && s->places.path ? LINK_UNIX : LINK_PLAIN;
}

static bool open_conn(struct storm *s, struct conn *c)
{
	const int small = 4096;
	enum link_over over = choose_over(s, &c->dice);

	if (!link_open(&c->link, &s->places, over, dice_hits(&c->dice, 30))) {
		fprintf(stderr, "storm: connect: %s\n", strerror(errno));
		return false;
	}
	if (c->way == WAY_SIPS && over != LINK_UNIX)
		(void)setsockopt(c->link.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	s->n_opened[over]++;
	return true;
}

static enum way choose_way(struct dice *d)
{
	uint32_t at = dice_below(d, 100);
	int w = 0;

	while (at >= ways[w].percent)
		at -= ways[w++].percent;
	return (enum way)w;
}

static bool begin_burst(struct storm *s, struct conn *c)
{
	c->dice = dice_of(s->world.seed ^ 0x5707, s->next);
	c->way = s->world.is_calm ? WAY_STAYS : choose_way(&c->dice);
	s->n_ways[c->way]++;
	if (c->link.fd < 0 && !open_conn(s, c))
		return false;
	uint32_t n = dice_hits(&c->dice, 60) ? 1 : 1 + dice_below(&c->dice, BURST);
	for (uint32_t i = 0; i < n && s->next < s->end; i++) {
		uint64_t number = s->next++;
		ask_make(&c->asks[c->n_asks++], &s->world, s->hosts[c->link.over], number,
			i + 1 == n || s->next == s->end, &c->out);
	}
	c->leaves_at = dice_below(&c->dice, (uint32_t)c->out.n);
	if (c->way == WAY_LEAVES_MIDDLE)
		c->leaves_at = 1 + dice_below(&c->dice, dice_hits(&c->dice, 50) ? 600 : 60000);
	c->received = 0;
	c->moved_ms = now_ms();
	answer_init(&c->answer);
	return true;
}

/* -- sending ----------------------------------------------------------------------------------- */

static void all_is_sent(struct storm *s, struct conn *c)
{
	if (c->way == WAY_LEAVES_SENT) {
		leave(s, c);
	} else if (c->way == WAY_HALF && !c->has_shut) {
		link_shut(&c->link);
		c->has_shut = true;
	}
}

static void send_some(struct storm *s, struct conn *c)
{
	bool early = c->way == WAY_LEAVES_EARLY;
	size_t end = early ? c->leaves_at : c->out.n;

	if (c->sent < end) {
		ssize_t n = link_send(&c->link, c->out.p + c->sent, end - c->sent);
		if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN))
			return;
		if (n < 0) { /* it answered and closed before it had read all; reading tells */
			c->sent = end = c->out.n;
			c->has_shut = true;
			return;
		}
		c->sent += (size_t)n;
		c->moved_ms = now_ms();
	}
	if (c->sent < end)
		return;
	if (early)
		leave(s, c);
	else
		all_is_sent(s, c);
}

/* -- receiving --------------------------------------------------------------------------------- */

static void burst_is_over(struct storm *s, struct conn *c)
{
	end_burst(c, s->n_left);
	if (c->has_shut || dice_hits(&c->dice, 12))
		close_conn(c, dice_hits(&c->dice, 30));
}

static void take_answer(struct storm *s, struct conn *c)
{
	const struct ask *q = present_ask(c);
	const char *odd = ask_judge(q, &s->world, &c->answer);
	bool is_last = c->answer.is_last;

	if (odd)
		tell_odd(s, c, odd);
	s->n_whole[q->kind]++;
	s->n_status[c->answer.status % 600]++;
	c->n_answered++;
	answer_fini(&c->answer);
	if (is_last && c->n_answered < c->n_asks && !q->has_body)
		tell_odd(s, c, "a close before the other answers");
	if (is_last) {
		end_burst(c, s->n_cut);
		c->awaits_end = true;
	} else if (c->n_answered == c->n_asks) {
		burst_is_over(s, c);
	}
}

static void take_bytes(struct storm *s, struct conn *c, const char *p, size_t n)
{
	for (size_t at = 0; at < n && c->link.fd >= 0;) {
		const struct ask *q = present_ask(c);
		if (!q) {
			tell_odd(s, c,
				c->awaits_end ? "bytes behind an answer that was the last"
					      : "bytes that nobody asked for");
			close_conn(c, true);
			return;
		}
		at += answer_feed(&c->answer, p + at, n - at, q->is_head);
		if (c->answer.state == ANSWER_ODD) {
			tell_odd(s, c, c->answer.odd);
			leave(s, c);
			return;
		}
		if (c->answer.state == ANSWER_WHOLE)
			take_answer(s, c);
	}
}

/* Is the burst's last answer one that only a reset can end, since nothing but the connection's end
 * tells HTTP/1.0 that it is over? A reset takes away what the kernel still has of the ones before.
 */
static bool ends_with_reset(const struct conn *c)
{
	const struct ask *last = &c->asks[c->n_asks - 1];

	return last->is_old && ask_may_be_cut(last);
}

/* The peer closed. What may it leave undone? */
static void take_end(struct storm *s, struct conn *c, bool was_reset)
{
	const struct ask *q = present_ask(c);

	if (q && !was_reset && answer_ends_here(&c->answer)) {
		take_answer(s, c);
		if (c->link.fd >= 0)
			close_conn(c, false);
		return;
	}
	if (s->world.is_calm && q)
		tell_odd(s, c, "closed before the answer");
	bool expected = s->world.is_calm || !q || c->way == WAY_HALF || ask_may_be_cut(q) ||
	                (was_reset && (q->kind == ASK_MALFORMED || ends_with_reset(c)));
	if (!expected)
		tell_odd(s, c, was_reset ? "a reset" : "closed before the answer was whole");
	if (q && ask_may_be_cut(q) && c->answer.status && c->answer.status != 200)
		tell_odd(s, c, "a refusal that was cut");
	end_burst(c, s->n_cut);
	close_conn(c, false);
}

static void receive_some(struct storm *s, struct conn *c)
{
	static char buf[65536];
	bool sips = c->way == WAY_SIPS;
	ssize_t n =
		link_receive(&c->link, buf, sips ? 1 + dice_below(&c->dice, 1500) : sizeof(buf));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		take_end(s, c, n < 0);
		return;
	}
	s->n_bytes += (uint64_t)n;
	c->received += (uint64_t)n;
	c->moved_ms = now_ms();
	if (sips && dice_hits(&c->dice, 25))
		c->sips_ms = c->moved_ms + 1 + dice_below(&c->dice, 5);
	take_bytes(s, c, buf, (size_t)n);
	if (c->link.fd >= 0 && c->n_asks && c->way == WAY_LEAVES_MIDDLE &&
		c->received >= c->leaves_at)
		leave(s, c);
}

/* -- the loop ---------------------------------------------------------------------------------- */

static bool is_idle(const struct conn *c)
{
	return c->n_asks == 0 && !c->awaits_end;
}

static bool is_due(const struct storm *s, int64_t at_ms)
{
	return !s->rate || (s->next - s->from) * 1000 < (uint64_t)(at_ms - s->begun_ms) * s->rate;
}

/* False: nothing is under way and nothing is left to ask. */
static bool fill(struct storm *s)
{
	int64_t at_ms = now_ms();

	if (is_told_to_end)
		s->end = s->next;
	bool is_busy = s->next < s->end;

	for (uint32_t i = 0; i < s->n_conns; i++) {
		struct conn *c = &s->conns[i];
		if (is_idle(c) && s->next < s->end && is_due(s, at_ms) && !begin_burst(s, c))
			exit(1);
		if (is_idle(c) && c->link.fd >= 0 && s->next == s->end)
			close_conn(c, false);
		is_busy |= !is_idle(c);
	}
	return is_busy;
}

static void look_for_stuck(struct storm *s, struct conn *c, int64_t at_ms)
{
	if (c->link.fd < 0 || is_idle(c) || at_ms - c->moved_ms < STUCK_MS)
		return;
	tell_odd(s, c, "nothing for 45 s");
	leave(s, c);
}

static void turn(struct storm *s)
{
	struct pollfd fds[MOST_CONNS];
	int64_t at_ms = now_ms();
	int timeout = s->rate ? 1 : 1000;

	for (uint32_t i = 0; i < s->n_conns; i++) {
		struct conn *c = &s->conns[i];
		bool wants_out = c->link.fd >= 0 && c->n_asks && !c->has_shut &&
		                 (c->sent < c->out.n || c->way == WAY_LEAVES_EARLY);
		bool rests = c->way == WAY_SIPS && c->sips_ms > at_ms;
		fds[i] = (struct pollfd){ .fd = c->link.fd,
			.events = link_events(&c->link, !rests, wants_out) };
		if (rests)
			timeout = 1;
		else if (link_has_more(&c->link))
			timeout = 0;
		if (rests && !fds[i].events)
			fds[i].fd = -1;
	}
	if (poll(fds, s->n_conns, timeout) < 0 && errno != EINTR) {
		perror("storm: poll");
		exit(1);
	}
	at_ms = now_ms();
	for (uint32_t i = 0; i < s->n_conns; i++) {
		struct conn *c = &s->conns[i];
		bool was_shaking = c->link.ssl && !c->link.is_shaken;
		if (fds[i].fd >= 0 && (fds[i].revents & (was_shaking ? ~0 : POLLOUT)))
			send_some(s, c);
		if (fds[i].fd >= 0 && c->link.fd == fds[i].fd &&
			((fds[i].revents & (POLLIN | POLLHUP | POLLERR)) ||
				link_has_more(&c->link)))
			receive_some(s, c);
		look_for_stuck(s, c, at_ms);
	}
}

/* -- beginning and end ------------------------------------------------------------------------- */

static void print_totals(const struct storm *s, int64_t took_ms)
{
	uint64_t whole = 0, left = 0, cut = 0;

	for (int k = 0; k < ASK_KINDS; k++) {
		whole += s->n_whole[k];
		left += s->n_left[k];
		cut += s->n_cut[k];
	}
	printf("requests %llu..%llu seed %llu: %llu answered whole, %llu left by their client, "
	       "%llu cut off, %llu odd\n",
		(unsigned long long)s->from, (unsigned long long)s->end - 1,
		(unsigned long long)s->world.seed, (unsigned long long)whole,
		(unsigned long long)left, (unsigned long long)cut, (unsigned long long)s->n_odd);
	printf("  connections %llu, over TLS %llu, by Unix socket %llu, kB received %llu, seconds "
	       "%.1f\n  bursts:",
		(unsigned long long)s->n_opened[LINK_PLAIN],
		(unsigned long long)s->n_opened[LINK_TLS],
		(unsigned long long)s->n_opened[LINK_UNIX], (unsigned long long)s->n_bytes / 1000,
		(double)took_ms / 1000);
	for (int w = 0; w < WAYS; w++)
		printf(" %s %llu", ways[w].name, (unsigned long long)s->n_ways[w]);
	printf("\n  statuses:");
	for (int i = 0; i < 600; i++)
		if (s->n_status[i])
			printf(" %d x%llu", i, (unsigned long long)s->n_status[i]);
	printf("\n  kinds (whole/left/cut):");
	for (int k = 0; k < ASK_KINDS; k++)
		printf(" %s %llu/%llu/%llu", ask_kind_name((enum ask_kind)k),
			(unsigned long long)s->n_whole[k], (unsigned long long)s->n_left[k],
			(unsigned long long)s->n_cut[k]);
	printf("\n");
}

static uint64_t number_of(const char *text)
{
	char *end;
	unsigned long long v = strtoull(text, &end, 10);

	if (!*text || *end) {
		fprintf(stderr, "storm: \"%s\" is no number\n", text);
		exit(2);
	}
	return v;
}

enum {
	ARG_PORT,
	ARG_SIMULATOR,
	ARG_N,
	ARG_FROM,
	ARG_SEED,
	ARG_CONNECTIONS,
	ARG_TLS_PORT,
	ARG_RATE,
	ARG_CALM,
	ARGS
};

/* False: not understood. */
static bool read_args(struct storm *s, uint64_t values[ARGS], int argc, char **argv)
{
	static const char *const names[ARGS] = { "--port", "--simulator", "--n", "--from", "--seed",
		"--connections", "--tls-port", "--rate", "--calm" };

	for (int i = 1; i + 1 < argc; i += 2) {
		int k = 0;
		while (k < ARGS && strcmp(argv[i], names[k]) != 0)
			k++;
		if (k < ARGS)
			values[k] = number_of(argv[i + 1]);
		else if (strcmp(argv[i], "--unix") == 0)
			s->places.path = argv[i + 1];
		else
			return false;
	}
	return argc % 2 == 1 && values[ARG_PORT] && values[ARG_SIMULATOR] && values[ARG_N] &&
	       values[ARG_CONNECTIONS] <= MOST_CONNS;
}

static void prepare(struct storm *s, const uint64_t values[ARGS])
{
	s->places.ports[LINK_PLAIN] = (uint16_t)values[ARG_PORT];
	s->places.ports[LINK_TLS] = (uint16_t)values[ARG_TLS_PORT];
	for (int over = LINK_PLAIN; over <= LINK_TLS; over++)
		snprintf(s->hosts[over], sizeof(s->hosts[over]), "127.0.0.1:%u",
			s->places.ports[over]);
	snprintf(s->hosts[LINK_UNIX], sizeof(s->hosts[LINK_UNIX]), "api.github.com");
	s->from = s->next = values[ARG_FROM];
	s->rate = values[ARG_RATE];
	s->world.is_calm = values[ARG_CALM] != 0;
	s->end = values[ARG_FROM] + values[ARG_N];
	s->world.seed = values[ARG_SEED];
	s->n_conns = (uint32_t)values[ARG_CONNECTIONS];
	for (uint32_t i = 0; i < s->n_conns; i++)
		s->conns[i].link.fd = -1;
}

int main(int argc, char **argv)
{
	static struct storm s;
	uint64_t values[ARGS] = { [ARG_N] = 1500, [ARG_SEED] = 1, [ARG_CONNECTIONS] = 64 };

	if (!read_args(&s, values, argc, argv)) {
		fprintf(stderr, "usage: storm --port P --simulator P [--tls-port P] [--unix PATH] "
				"[--n N] [--from I] [--seed S] [--connections C] [--rate R] "
				"[--calm 1]\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN); /* the TLS library writes without MSG_NOSIGNAL */
	(void)signal(SIGTERM, on_signal);
	prepare(&s, values);
	if (!ask_world_learn(&s.world, (uint16_t)values[ARG_SIMULATOR]))
		return 1;

	s.begun_ms = now_ms();
	while (fill(&s))
		turn(&s);
	print_totals(&s, now_ms() - s.begun_ms);
	for (uint32_t i = 0; i < s.n_conns; i++)
		free(s.conns[i].out.p);
	return s.n_odd ? 1 : 0;
}
