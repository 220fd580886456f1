#include "base/sink.h"

#include "base/bug.h"
#include "base/log.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <hg/mem.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COMPLAINT_S 60
#define ROOM_MS 1000
#define GATHER_NS 100000000ll /* lines wait this long for others: one write for many */
#define GATHER_BYTES 65536    /* … or until there is this much */

struct hg_sink {
	char *path;
	bool is_stderr;
	int fd; /* the thread's, after hg_sink_new */
	void (*on_dropped)(uint64_t n);
	time_t complained_s; /* the thread's */
	bool is_torn;        /* the thread's: the disk took half a line, and then no more */
	pthread_t thread;
	_Atomic uint32_t refs;

	pthread_mutex_t lock; /* a leaf; guards what follows */
	pthread_cond_t has_work, is_idle;
	struct hg_text waiting;
	uint64_t room;
	bool wants_reopen, wants_flush, is_ending, is_writing;
};

static int open_file(const struct hg_sink *s)
{
	if (s->is_stderr)
		return STDERR_FILENO;
	/* a FIFO without a reader is an error, and one that is not read from does not block */
	return open(
		s->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
}

static void count(const struct hg_sink *s, uint64_t n)
{
	if (n && s->on_dropped)
		s->on_dropped(n);
}

/* Not on every line: a full disk would get the complaint as well. */
static void complain(struct hg_sink *s, const char *what, int number)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (s->complained_s && now.tv_sec - s->complained_s < COMPLAINT_S)
		return;
	s->complained_s = now.tv_sec;
	HG_LOG(HG_LOG_HOST, HG_LOG_ERROR, "access log %s: %s: %s", s->path, what, strerror(number));
}

/* Of a pipe: was there room soon? */
static bool has_room(const struct hg_sink *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };

	return poll(&p, 1, ROOM_MS) == 1;
}

/* Returns how many bytes of it got out. */
static size_t write_all(struct hg_sink *s, const struct hg_text *text)
{
	size_t at = 0;

	if (s->is_torn && text->n && write(s->fd, "\n", 1) == 1)
		s->is_torn = false;
	while (at < text->n) {
		ssize_t n = write(s->fd, text->p + at, text->n - at);
		if (n < 0 && (errno == EINTR || (errno == EAGAIN && has_room(s))))
			continue;
		if (n <= 0) {
			complain(s, "can not be written, lines are dropped", n < 0 ? errno : EIO);
			break;
		}
		at += (size_t)n;
	}
	s->is_torn |= at && at < text->n && text->p[at - 1] != '\n';
	return at;
}

static uint64_t lines_after(const struct hg_text *text, size_t at)
{
	uint64_t n = 0;

	for (const char *p = text->p + at; at < text->n; n++) {
		p = memchr(text->p + at, '\n', text->n - at);
		if (!p)
			break;
		at = (size_t)(p - text->p) + 1;
	}
	return n;
}

static void reopen(struct hg_sink *s)
{
	int fd = open_file(s);

	if (fd < 0) {
		complain(s, "can not be opened anew, the old file stays in use", errno);
		return;
	}
	if (!s->is_stderr)
		close(s->fd);
	s->fd = fd;
}

static size_t enough_of(const struct hg_sink *s)
{
	return s->room / 2 < GATHER_BYTES ? (size_t)(s->room / 2) : GATHER_BYTES;
}

/* Under the lock: the first line came. To be woken for each of them would cost the fronts more than
 * the lines. */
static void gather(struct hg_sink *s)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += GATHER_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (s->waiting.n < enough_of(s) && !s->wants_reopen && !s->wants_flush &&
		!s->is_ending &&
		pthread_cond_timedwait(&s->has_work, &s->lock, &until) != ETIMEDOUT)
		continue;
}

static void *run(void *arg)
{
	struct hg_sink *s = arg;
	struct hg_text text;
	bool goes_on = true;

	hg_text_init(&text);
	while (goes_on) {
		pthread_mutex_lock(&s->lock);
		while (!s->waiting.n && !s->wants_reopen && !s->is_ending)
			pthread_cond_wait(&s->has_work, &s->lock);
		gather(s);
		struct hg_text taken = s->waiting;
		bool anew = s->wants_reopen;
		s->waiting = text; /* empty, with its room */
		s->wants_reopen = s->wants_flush = false;
		s->is_writing = true;
		goes_on = !s->is_ending;
		pthread_mutex_unlock(&s->lock);

		text = taken;
		if (anew)
			reopen(s);
		count(s, lines_after(&text, write_all(s, &text)));
		hg_text_clear(&text);

		pthread_mutex_lock(&s->lock);
		s->is_writing = false;
		goes_on |= s->waiting.n > 0;
		pthread_cond_broadcast(&s->is_idle);
		pthread_mutex_unlock(&s->lock);
	}
	hg_text_fini(&text);
	return NULL;
}

struct hg_sink *hg_sink_new(
	const char *path, uint64_t room, void (*on_dropped)(uint64_t n), struct hg_err *err)
{
	struct hg_sink *s = hg_alloc0(sizeof(*s));

	s->path = hg_strndup(path, strlen(path));
	s->is_stderr = strcmp(path, "stderr") == 0;
	s->room = room;
	s->on_dropped = on_dropped;
	atomic_init(&s->refs, 1);
	s->fd = open_file(s);
	if (s->fd < 0) {
		hg_err_set(err, HG_EINVAL, "%s: %s", path, strerror(errno));
		hg_free(s->path);
		hg_free(s);
		return NULL;
	}
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->has_work, &attr);
	pthread_condattr_destroy(&attr);
	pthread_cond_init(&s->is_idle, NULL);
	hg_text_init(&s->waiting);
	HG_BUG_ON(pthread_create(&s->thread, NULL, run, s) != 0);
	(void)pthread_setname_np(s->thread, "hg-access-log");
	return s;
}

struct hg_sink *hg_sink_ref(struct hg_sink *s)
{
	atomic_fetch_add(&s->refs, 1);
	return s;
}

void hg_sink_unref(struct hg_sink *s)
{
	if (!s || atomic_fetch_sub(&s->refs, 1) > 1)
		return;
	pthread_mutex_lock(&s->lock);
	s->is_ending = true;
	pthread_cond_signal(&s->has_work);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	if (!s->is_stderr)
		close(s->fd);
	pthread_cond_destroy(&s->has_work);
	pthread_cond_destroy(&s->is_idle);
	pthread_mutex_destroy(&s->lock);
	hg_text_fini(&s->waiting);
	hg_free(s->path);
	hg_free(s);
}

const char *hg_sink_path(const struct hg_sink *s)
{
	return s->path;
}

void hg_sink_set_room(struct hg_sink *s, uint64_t room)
{
	pthread_mutex_lock(&s->lock);
	s->room = room;
	pthread_mutex_unlock(&s->lock);
}

bool hg_sink_put(struct hg_sink *s, struct hg_str line)
{
	pthread_mutex_lock(&s->lock);
	bool fits = s->waiting.n + line.n <= s->room;
	size_t n = s->waiting.n + line.n, enough = enough_of(s);
	bool wakes = !s->waiting.n || (s->waiting.n < enough && n >= enough);
	if (fits) {
		hg_text_add(&s->waiting, line);
		if (wakes)
			pthread_cond_signal(&s->has_work);
	}
	pthread_mutex_unlock(&s->lock);
	if (!fits)
		count(s, 1);
	return fits;
}

void hg_sink_reopen(struct hg_sink *s)
{
	pthread_mutex_lock(&s->lock);
	s->wants_reopen = true;
	pthread_cond_signal(&s->has_work);
	pthread_mutex_unlock(&s->lock);
}

void hg_sink_flush(struct hg_sink *s)
{
	pthread_mutex_lock(&s->lock);
	s->wants_flush = s->waiting.n > 0;
	pthread_cond_signal(&s->has_work);
	while (s->waiting.n || s->wants_reopen || s->is_writing)
		pthread_cond_wait(&s->is_idle, &s->lock);
	pthread_mutex_unlock(&s->lock);
}
