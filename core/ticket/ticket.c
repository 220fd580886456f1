#include "ticket/ticket.h"
#include "base/bug.h"
#include "base/secret.h"
#include "ticket/snapshot.h"
#include <hg/mem.h>

static const char *const state_names[HG_TICKET_STATES] = {
	[HG_TICKET_NEW] = "new",
	[HG_TICKET_QUEUED] = "queued",
	[HG_TICKET_PARKED] = "parked",
	[HG_TICKET_SENT] = "sent",
	[HG_TICKET_STREAMING] = "streaming",
	[HG_TICKET_ENDED] = "ended",
};

static const char *const class_names[HG_CLASSES] = {
	[HG_CLASS_CRITICAL] = "critical",
	[HG_CLASS_HIGH] = "high",
	[HG_CLASS_NORMAL] = "normal",
	[HG_CLASS_LOW] = "low",
};

const char *hg_ticket_state_name(enum hg_ticket_state s)
{
	return state_names[s];
}

const char *hg_class_name(enum hg_class c)
{
	return class_names[c];
}

bool hg_class_parse(struct hg_str word, enum hg_class *ret_class)
{
	for (unsigned c = 0; c < HG_CLASSES; c++)
		if (hg_str_is_nocase(word, hg_str(class_names[c]))) {
			*ret_class = (enum hg_class)c;
			return true;
		}
	return false;
}

/* -- the slots: each message under way holds a reference ------------------------------------- */

static void run_submit(struct hg_message *m)
{
	struct hg_ticket *t = HG_CONTAINER(m, struct hg_ticket, submit);

	t->port->on_submit(t->port, t); /* the reference goes on to the dispatcher */
}

static void run_news(struct hg_message *m)
{
	struct hg_ticket *t = HG_CONTAINER(m, struct hg_ticket, news);

	pthread_mutex_lock(&t->lock);
	t->news_posted = false;
	/* the end may have been taken while this was under way, and `arg` be gone since */
	bool wanted = !t->wants_cancel && !t->end_taken;
	pthread_mutex_unlock(&t->lock);
	if (wanted)
		t->on_news(t);
	hg_ticket_unref(t);
}

static void run_wish(struct hg_message *m)
{
	struct hg_ticket *t = HG_CONTAINER(m, struct hg_ticket, wish);

	pthread_mutex_lock(&t->lock);
	t->wish_posted = false;
	pthread_mutex_unlock(&t->lock);
	t->port->on_wish(t->port, t);
	hg_ticket_unref(t);
}

static void run_tell(struct hg_later *later)
{
	struct hg_ticket *t = HG_CONTAINER(later, struct hg_ticket, tell);

	hg_loop_post_reserved(t->owner, &t->news);
}

/* Claims the slot; true: the caller posts it, after unlocking. Under `lock`. */
static bool claim(struct hg_ticket *t, bool *posted)
{
	if (*posted)
		return false;
	*posted = true;
	hg_ticket_ref(t);
	return true;
}

static void wish(struct hg_ticket *t, bool *which)
{
	pthread_mutex_lock(&t->lock);
	bool post = false;
	if (t->port && !t->has_end && !*which) {
		*which = true;
		post = claim(t, &t->wish_posted);
	}
	*which = true;
	pthread_mutex_unlock(&t->lock);
	if (post)
		hg_loop_post_reserved(t->port->loop, &t->wish);
}

/* -- owner's side ------------------------------------------------------------------------------ */

struct hg_ticket *hg_ticket_new(struct hg_loop *owner, struct hg_snapshot *snapshot,
	void (*on_news)(struct hg_ticket *t), void *arg)
{
	struct hg_ticket *t = hg_alloc0(sizeof(*t));

	atomic_init(&t->refs, 1);
	t->owner = owner;
	t->on_news = on_news;
	t->arg = arg;
	t->snapshot = hg_snapshot_ref(snapshot);
	t->ask.retries_most = UINT32_MAX;
	hg_arena_init(&t->arena);
	hg_list_init(&t->link);
	hg_list_init(&t->all);
	pthread_mutex_init(&t->lock, NULL);
	t->submit.run = run_submit;
	t->news.run = run_news;
	t->wish.run = run_wish;
	hg_list_init(&t->tell.link);
	t->tell.run = run_tell;
	return t;
}

struct hg_ticket *hg_ticket_ref(struct hg_ticket *t)
{
	atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void hg_ticket_unref(struct hg_ticket *t)
{
	if (!t || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
		return;
	hg_head_unref(t->head);
	hg_chunks_clear(&t->chunks);
	hg_chunks_clear(&t->ask.body);
	hg_upload_unref(t->ask.upload);
	hg_secret_unref(t->ask.token);
	hg_snapshot_unref(t->snapshot);
	hg_arena_fini(&t->arena);
	pthread_mutex_destroy(&t->lock);
	hg_free(t);
}

bool hg_ticket_submit(struct hg_ticket *t, struct hg_port *port)
{
	HG_BUG_ON(t->port);
	t->port = port;
	hg_ticket_ref(t);
	if (hg_loop_post(port->loop, &t->submit))
		return true;
	t->port = NULL;
	hg_ticket_unref(t);
	return false;
}

void hg_ticket_cancel(struct hg_ticket *t)
{
	wish(t, &t->wants_cancel);
}

void hg_ticket_resume(struct hg_ticket *t)
{
	wish(t, &t->wants_resume);
}

void hg_ticket_feed(struct hg_ticket *t)
{
	wish(t, &t->wants_feed);
}

struct hg_head *hg_ticket_take_head(struct hg_ticket *t, struct hg_head_note *ret_note)
{
	pthread_mutex_lock(&t->lock);
	struct hg_head *head = HG_TAKE(t->head);
	if (head)
		*ret_note = t->note;
	pthread_mutex_unlock(&t->lock);
	return head;
}

struct hg_chunk *hg_ticket_take_chunk(struct hg_ticket *t)
{
	struct hg_chunk *c = NULL;
	bool resume = false;

	pthread_mutex_lock(&t->lock);
	if (!t->head && t->n_taken < t->chunks.n) {
		c = HG_TAKE(t->chunks.items[t->n_taken]);
		t->n_taken++;
		t->chunks.bytes -= c->n;
		if (t->n_taken == t->chunks.n)
			t->n_taken = t->chunks.n = 0;
		if (t->is_full && t->chunks.bytes * 2 <= t->window_bytes) {
			t->is_full = false;
			resume = true;
		}
	}
	pthread_mutex_unlock(&t->lock);
	if (resume)
		hg_ticket_resume(t);
	return c;
}

bool hg_ticket_take_end(struct hg_ticket *t, struct hg_ticket_end *ret_end)
{
	pthread_mutex_lock(&t->lock);
	bool has = t->has_end && !t->end_taken && !t->head && !t->chunks.n;
	if (has) {
		*ret_end = t->end;
		t->end_taken = true;
	}
	pthread_mutex_unlock(&t->lock);
	return has;
}

/* -- dispatcher's side ------------------------------------------------------------------------- */

/* Head, pieces and end often come in one turn: the owner is woken once, at its end. */
static void post_news(struct hg_ticket *t, bool claimed)
{
	struct hg_loop *here = hg_loop_self();

	if (!claimed)
		return;
	if (here && here != t->owner && hg_loop_is_in_turn(here))
		hg_loop_later(here, &t->tell);
	else
		hg_loop_post_reserved(t->owner, &t->news);
}

void hg_ticket_give_head(struct hg_ticket *t, struct hg_head *head, const struct hg_head_note *note)
{
	pthread_mutex_lock(&t->lock);
	HG_BUG_ON(t->head || t->has_end);
	t->head = hg_head_ref(head);
	t->note = *note;
	bool post = claim(t, &t->news_posted);
	pthread_mutex_unlock(&t->lock);
	post_news(t, post);
}

bool hg_ticket_give_chunk(struct hg_ticket *t, struct hg_chunk *c, uint64_t window_bytes)
{
	pthread_mutex_lock(&t->lock);
	HG_BUG_ON(t->has_end);
	bool post = false, full = false;
	if (!t->wants_cancel) {
		if (t->n_taken && t->chunks.n == t->chunks.room) {
			t->chunks.n -= t->n_taken;
			memmove(t->chunks.items, t->chunks.items + t->n_taken,
				t->chunks.n * sizeof(*t->chunks.items));
			t->n_taken = 0;
		}
		hg_chunks_add(&t->chunks, hg_chunk_ref(c));
		t->window_bytes = window_bytes;
		t->is_full = t->chunks.bytes > window_bytes;
		post = claim(t, &t->news_posted);
		full = t->is_full;
	}
	pthread_mutex_unlock(&t->lock);
	post_news(t, post);
	return full;
}

void hg_ticket_give_end(struct hg_ticket *t, const struct hg_ticket_end *end)
{
	pthread_mutex_lock(&t->lock);
	HG_BUG_ON(t->has_end);
	t->end = *end;
	t->has_end = true;
	bool post = claim(t, &t->news_posted);
	pthread_mutex_unlock(&t->lock);
	post_news(t, post);
}

void hg_ticket_give_room(struct hg_ticket *t)
{
	pthread_mutex_lock(&t->lock);
	bool post = !t->wants_cancel && !t->has_end && claim(t, &t->news_posted);
	pthread_mutex_unlock(&t->lock);
	post_news(t, post);
}

struct hg_wish hg_ticket_take_wish(struct hg_ticket *t)
{
	pthread_mutex_lock(&t->lock);
	struct hg_wish w = { t->wants_cancel, t->wants_resume, t->wants_feed };
	t->wants_resume = t->wants_feed = false; /* a cancelled ticket is given nothing more */
	pthread_mutex_unlock(&t->lock);
	return w;
}
