#include "host/way.h"

#include <stdio.h>
#include <string.h>

/* -- reading ----------------------------------------------------------------------------------- */

static struct hg_str word_of(const struct hg_trace_record *r)
{
	return (struct hg_str){ r->word, r->n_word };
}

struct reader {
	struct hg_way *way;
	struct hg_str why; /* n 0: it does not wait */
	int64_t since_us;
	int64_t sent_us;
	bool is_sent, names_others;
};

static void end_wait(struct reader *at, int64_t now_us)
{
	struct hg_way *way = at->way;
	int64_t us = now_us - at->since_us;

	if (!at->why.n)
		return;
	way->waited_us += us;
	if (us > 0 && way->n_waits < HG_WAY_WAITS_MOST)
		way->waits[way->n_waits++] = (struct hg_way_wait){ at->why, us };
	at->why = (struct hg_str){ 0 };
}

static void begin_wait(struct reader *at, struct hg_str why, int64_t now_us)
{
	end_wait(at, now_us);
	at->why = why;
	at->since_us = now_us;
}

static void end_try(struct reader *at, const char *answer, int64_t now_us)
{
	struct hg_way *way = at->way;

	if (!at->is_sent)
		return;
	at->is_sent = false;
	if (way->n_tries == 0)
		return;
	struct hg_way_try *t = &way->tries[way->n_tries - 1];
	(void)snprintf(t->answer, sizeof(t->answer), "%s", answer);
	t->us = now_us - at->sent_us;
}

static void read_queued(struct reader *at, const struct hg_trace_record *r)
{
	static const char behind[] = "behind ", after[] = "after ";
	char word[sizeof(r->word) + 1];

	memcpy(word, r->word, r->n_word);
	word[r->n_word] = '\0';
	if (strncmp(word, behind, sizeof(behind) - 1) == 0) {
		uint64_t n = 0;
		(void)hg_parse_u64(hg_str(word + sizeof(behind) - 1), &n);
		at->way->ahead = (uint32_t)n;
	} else if (strncmp(word, after, sizeof(after) - 1) == 0) {
		end_try(at, word + sizeof(after) - 1, r->at_us);
	}
	begin_wait(at, HG_STR("turn"), r->at_us);
}

static void read_sent(struct reader *at, const struct hg_trace_record *r)
{
	struct hg_way *way = at->way;

	end_wait(at, r->at_us);
	at->is_sent = true;
	at->sent_us = r->at_us;
	if (way->n_tries < HG_WAY_TRIES_MOST)
		way->tries[way->n_tries++] = (struct hg_way_try){ .credential = word_of(r) };
}

static void read_over(struct reader *at, const struct hg_trace_record *r)
{
	char word[sizeof(r->word) + 1];

	memcpy(word, r->word, r->n_word);
	word[r->n_word] = '\0';
	end_wait(at, r->at_us);
	end_try(at, word, r->at_us); /* without a head */
	at->way->over = word_of(r);
}

static void read_record(struct reader *at, const struct hg_trace_record *r)
{
	struct hg_way *way = at->way;
	char status[24];

	switch ((enum hg_trace_event)r->event) {
	case HG_TRACE_BEGAN:
		way->request = word_of(r);
		break;
	case HG_TRACE_JOINED:
		way->joined = at->names_others ? word_of(r) : HG_STR("another client's request");
		break;
	case HG_TRACE_QUEUED:
		read_queued(at, r);
		break;
	case HG_TRACE_HELD:
	case HG_TRACE_PARKED:
		begin_wait(at, word_of(r), r->at_us);
		break;
	case HG_TRACE_SENT:
		read_sent(at, r);
		break;
	case HG_TRACE_STREAMING:
		(void)snprintf(status, sizeof(status), "%u", r->number);
		end_try(at, status, r->at_us);
		break;
	case HG_TRACE_OVER:
		read_over(at, r);
		break;
	case HG_TRACE_CACHE:
		way->cache = word_of(r);
		break;
	case HG_TRACE_CUT:
		way->is_cut = true;
		break;
	case HG_TRACE_ENDED:
		way->has_ended = true;
		way->ended_us = r->at_us; /* the dispatcher may write more of it, a turn later */
		way->status = r->number;
		way->client = word_of(r);
		break;
	case HG_TRACE_REPLY:
	case HG_TRACE_PHASE:
	case HG_TRACE_HOOK:
	case HG_TRACE_HEAD:
	case HG_TRACE_GITHUB:
	case HG_TRACE_EVENT_N:
		break;
	}
}

/* Of records[from] up to the next request of that id. */
static void read_from(const struct hg_ways *w, uint32_t from, struct hg_way *ret)
{
	struct reader at = { .way = ret, .names_others = !w->client.p };

	*ret = (struct hg_way){ .began_us = w->records[from].record.at_us };
	for (uint32_t i = from; i < w->n; i++) {
		if (i > from && w->records[i].record.event == HG_TRACE_BEGAN)
			break;
		read_record(&at, &w->records[i].record);
	}
	if (!ret->has_ended)
		ret->ended_us = w->now.mono_us;
	end_wait(&at, ret->ended_us);
}

bool hg_way_read(const struct hg_ways *w, struct hg_way *ret)
{
	for (uint32_t from = w->n; from-- > 0;) {
		if (from > 0 && w->records[from].record.event != HG_TRACE_BEGAN)
			continue;
		read_from(w, from, ret);
		if (!w->client.p || hg_str_is(ret->client, w->client))
			return true;
	}
	return false;
}

/* -- telling ----------------------------------------------------------------------------------- */

static void add_ms(struct hg_text *out, const char *name, int64_t us)
{
	hg_text_printf(out, "\"%s\":%lld.%03d", name, (long long)us / 1000, (int)(us % 1000));
}

static void add_word(struct hg_text *out, const char *name, struct hg_str word)
{
	if (word.n)
		hg_text_add_json_member(out, name, word);
}

void hg_way_add(const struct hg_way *way, struct hg_text *out)
{
	hg_text_printf(out, "{\"state\":\"%s\"", way->has_ended ? "done" : "under way");
	add_word(out, "request", way->request);
	add_word(out, "client", way->client);
	if (way->has_ended)
		hg_text_printf(out, ",\"status\":%u,\"whole\":%s", way->status,
			way->is_cut ? "false" : "true");
	hg_text_add_char(out, ',');
	add_ms(out, "took_ms", way->ended_us - way->began_us);
	hg_text_add_char(out, ',');
	add_ms(out, "waited_ms", way->waited_us);
	hg_text_printf(out, ",\"ahead\":%u,\"waits\":[", way->ahead);
	for (uint32_t i = 0; i < way->n_waits; i++) {
		hg_text_add(out, i ? HG_STR(",{\"for\":") : HG_STR("{\"for\":"));
		hg_text_add_json(out, way->waits[i].why);
		hg_text_add_char(out, ',');
		add_ms(out, "ms", way->waits[i].us);
		hg_text_add_char(out, '}');
	}
	hg_text_add(out, HG_STR("],\"tries\":["));
	for (uint32_t i = 0; i < way->n_tries; i++) {
		hg_text_add(out, i ? HG_STR(",{\"credential\":") : HG_STR("{\"credential\":"));
		hg_text_add_json(out, way->tries[i].credential);
		add_word(out, "answer", hg_str(way->tries[i].answer));
		hg_text_add_char(out, ',');
		add_ms(out, "ms", way->tries[i].us);
		hg_text_add_char(out, '}');
	}
	hg_text_add_char(out, ']');
	add_word(out, "shares_fetch_of", way->joined);
	add_word(out, "cache", way->cache);
	add_word(out, "end", way->over);
	hg_text_add_char(out, '}');
}

static double seconds(int64_t us)
{
	return (double)us / 1e6;
}

static void add_line(struct hg_text *out, struct hg_text *line, bool is_first)
{
	hg_text_add(out, is_first ? HG_STR("") : HG_STR(","));
	hg_text_add_json(out, hg_text_str(line));
	hg_text_clear(line);
}

static void say_waits(const struct hg_way *way, struct hg_text *line)
{
	hg_text_printf(line, "waited %.3f s", seconds(way->waited_us));
	for (uint32_t i = 0; i < way->n_waits; i++)
		hg_text_printf(line, "%s%.*s %.3f s", i ? ", " : ": ", (int)way->waits[i].why.n,
			way->waits[i].why.p, seconds(way->waits[i].us));
	if (way->ahead)
		hg_text_printf(line, "; %u were ahead", way->ahead);
}

void hg_way_say(const struct hg_way *way, struct hg_text *out)
{
	struct hg_text line;

	hg_text_init(&line);
	hg_text_printf(&line, "%.*s of %.*s: ", (int)way->request.n, way->request.p,
		way->client.n ? (int)way->client.n : 7, way->client.n ? way->client.p : "unknown");
	if (way->has_ended)
		hg_text_printf(&line, "%u%s", way->status, way->is_cut ? ", cut" : "");
	else
		hg_text_add(&line, HG_STR("under way"));
	hg_text_printf(&line, " after %.3f s", seconds(way->ended_us - way->began_us));
	add_line(out, &line, true);
	say_waits(way, &line);
	add_line(out, &line, false);
	for (uint32_t i = 0; i < way->n_tries; i++) {
		const struct hg_way_try *t = &way->tries[i];
		hg_text_printf(&line, "try %u, paid by %.*s: %s after %.3f s", i + 1,
			(int)t->credential.n, t->credential.p,
			t->answer[0] ? t->answer : "no answer yet", seconds(t->us));
		add_line(out, &line, false);
	}
	if (way->joined.n) {
		hg_text_printf(
			&line, "shares the fetch of %.*s", (int)way->joined.n, way->joined.p);
		add_line(out, &line, false);
	}
	if (way->over.n && !hg_str_is(way->over, HG_STR("whole"))) {
		hg_text_printf(&line, "ended by: %.*s", (int)way->over.n, way->over.p);
		add_line(out, &line, false);
	}
	if (way->cache.n) {
		hg_text_printf(&line, "cache: %.*s", (int)way->cache.n, way->cache.p);
		add_line(out, &line, false);
	}
	hg_text_fini(&line);
}
