#include "base/mailbox.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <hg/mem.h>
#include "base/bug.h"

struct hg_mailbox {
	int fd;
	uint64_t ran;         /* the owner's */
	bool is_woken;        /* the owner's: `fd` was seen to be readable */
	pthread_mutex_t lock; /* a leaf: nothing is called while it is held; guards all below */
	struct hg_message *first, **last;
	size_t n, n_refusable; /* n_refusable <= room */
	size_t room, most;
	uint64_t posted, refused;
};

/* Returns true when the box was empty: then the owner may sleep and must be woken. */
static bool append(struct hg_mailbox *b, struct hg_message *m)
{
	bool was_empty = b->first == NULL;
	m->next = NULL;
	*b->last = m;
	b->last = &m->next;
	b->n++;
	b->posted++;
	if (b->n > b->most)
		b->most = b->n;
	return was_empty;
}

static void wake(struct hg_mailbox *b)
{
	/* Fails only when the counter is at its top, and then it is readable anyway. */
	(void)!write(b->fd, &(uint64_t){ 1 }, sizeof(uint64_t));
}

struct hg_mailbox *hg_mailbox_new(size_t room)
{
	struct hg_mailbox *b = hg_alloc0(sizeof(*b));
	b->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	HG_BUG_ON(b->fd < 0);
	HG_BUG_ON(pthread_mutex_init(&b->lock, NULL) != 0);
	b->last = &b->first;
	b->room = room;
	return b;
}

void hg_mailbox_free(struct hg_mailbox *b)
{
	if (!b)
		return;
	close(b->fd);
	pthread_mutex_destroy(&b->lock);
	hg_free(b);
}

int hg_mailbox_fd(const struct hg_mailbox *b)
{
	return b->fd;
}

bool hg_mailbox_post(struct hg_mailbox *b, struct hg_message *m)
{
	pthread_mutex_lock(&b->lock);
	if (b->n_refusable >= b->room) {
		b->refused++;
		pthread_mutex_unlock(&b->lock);
		return false;
	}
	b->n_refusable++;
	bool was_empty = append(b, m);
	pthread_mutex_unlock(&b->lock);
	if (was_empty)
		wake(b);
	return true;
}

void hg_mailbox_post_reserved(struct hg_mailbox *b, struct hg_message *m)
{
	pthread_mutex_lock(&b->lock);
	bool was_empty = append(b, m);
	pthread_mutex_unlock(&b->lock);
	if (was_empty)
		wake(b);
}

void hg_mailbox_wakes(struct hg_mailbox *b)
{
	b->is_woken = true;
}

static bool is_empty(struct hg_mailbox *b)
{
	pthread_mutex_lock(&b->lock);
	bool is = b->first == NULL;
	pthread_mutex_unlock(&b->lock);
	return is;
}

size_t hg_mailbox_run(struct hg_mailbox *b)
{
	/* Most turns of a loop bring no mail: they cost no system call. */
	if (!b->is_woken && is_empty(b))
		return 0;
	b->is_woken = false;
	/* First the counter, then the messages: what is posted in between is taken now and leaves
	 * one wake-up for nothing; the other way round it would be left with nobody woken. */
	uint64_t wakes;
	(void)!read(b->fd, &wakes, sizeof(wakes));

	pthread_mutex_lock(&b->lock);
	struct hg_message *m = b->first;
	b->first = NULL;
	b->last = &b->first;
	b->n = b->n_refusable = 0;
	pthread_mutex_unlock(&b->lock);

	size_t n = 0;
	while (m) {
		struct hg_message *next = m->next; /* run may free m */
		b->ran++;
		n++;
		m->run(m);
		m = next;
	}
	return n;
}

uint64_t hg_mailbox_ran(const struct hg_mailbox *b)
{
	return b->ran;
}

void hg_mailbox_look(struct hg_mailbox *b, struct hg_mailbox_state *ret_state)
{
	pthread_mutex_lock(&b->lock);
	*ret_state = (struct hg_mailbox_state){
		.n = b->n,
		.room = b->room,
		.most = b->most,
		.posted = b->posted,
		.refused = b->refused,
	};
	pthread_mutex_unlock(&b->lock);
}
