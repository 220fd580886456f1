#include "base/bug.h"

#include <execinfo.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SITES_MAX 64 /* places in the code that were odd; the last one stands for all others */
#define QUIET_US (60 * 1000000ll)

struct odd_site {
	const char *file;
	int line;
	uint64_t n;
	int64_t logged_at_us;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* leaf: nothing is called under it */
static struct odd_site sites[SITES_MAX];
static uint64_t n_all;
static _Atomic(void (*)(const char *event)) reporter;

/* "base/heap.c" of the compiler's path, which names the machine it was built on. */
static const char *short_path(const char *file)
{
	const char *slash = strrchr(file, '/');

	while (slash && slash > file && slash[-1] != '/')
		slash--;
	return slash && slash > file ? slash : file;
}

/* Under the lock. */
static struct odd_site *site_of(const char *file, int line)
{
	for (int i = 0; i < SITES_MAX - 1; i++) {
		struct odd_site *s = &sites[i];

		if (!s->file) {
			*s = (struct odd_site){ .file = file, .line = line };
			return s;
		}
		if (s->line == line && strcmp(s->file, file) == 0)
			return s;
	}
	return &sites[SITES_MAX - 1];
}

static void report_to_stderr(const char *event)
{
	char line[600];
	int n = snprintf(line, sizeof(line), "hubgate: %s\n", event);

	if (n > 0)
		(void)!write(STDERR_FILENO, line,
			(size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

void hg_bug(const char *file, int line, const char *what)
{
	void *frames[64];
	char text[512];

	/* Not through the log: it may be what is broken, or hold a lock. */
	int n = snprintf(
		text, sizeof(text), "hubgate: bug at %s:%d: %s\n", short_path(file), line, what);

	if (n > 0)
		(void)!write(STDERR_FILENO, text,
			(size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
	backtrace_symbols_fd(frames, backtrace(frames, 64), STDERR_FILENO);
	abort();
}

bool hg_odd_at(const char *file, int line, const char *what, int64_t mono_us)
{
	pthread_mutex_lock(&lock);
	struct odd_site *s = site_of(file, line);
	uint64_t n = ++s->n;
	bool is_due = n == 1 || mono_us - s->logged_at_us >= QUIET_US;

	if (is_due)
		s->logged_at_us = mono_us;
	n_all++;
	pthread_mutex_unlock(&lock);

	if (is_due) {
		void (*report)(const char *) =
			atomic_load_explicit(&reporter, memory_order_acquire);
		char event[512];

		(void)snprintf(event, sizeof(event), "odd at=%s:%d n=%llu what=\"%s\"",
			short_path(file), line, (unsigned long long)n, what);
		(report ? report : report_to_stderr)(event);
	}
	return true;
}

void hg_odd_set_report(void (*report)(const char *event))
{
	atomic_store_explicit(&reporter, report, memory_order_release);
}

bool hg_odd(const char *file, int line, const char *what)
{
	/* The machine's clock, not a loop's: whoever finds its own bug may have no loop. */
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return hg_odd_at(file, line, what, ts.tv_sec * 1000000ll + ts.tv_nsec / 1000);
}

uint64_t hg_odd_n(void)
{
	pthread_mutex_lock(&lock);
	uint64_t n = n_all;
	pthread_mutex_unlock(&lock);
	return n;
}
