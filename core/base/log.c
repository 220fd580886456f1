#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/bug.h"
#include "base/text.h"

enum { EVENT_BYTES_MAX = 4096 }; /* what is said; longer is cut and ends in "..." */

static const char *const level_words[] = { "error", "warn", "info", "debug" };
static const char *const component_names[] = {
#define X(id, name, help) name,
	HG_COMPONENTS(X)
#undef X
};

static _Atomic int levels[HG_LOG_COMPONENTS] = {
#define X(id, name, help) HG_LOG_INFO,
	HG_COMPONENTS(X)
#undef X
};
static _Atomic int default_level = HG_LOG_INFO;
static _Atomic bool is_json;

static pthread_mutex_t sink_lock = PTHREAD_MUTEX_INITIALIZER; /* a leaf, only for the pair */
static void (*sink_write)(void *arg, const char *line, size_t n);
static void *sink_arg;

static _Atomic(bool (*)(int64_t *ret_wall_us)) moment_source;

/* The moment that the source says, a loop's turn; elsewhere the machine's, for nobody passed one
 * in. */
static int64_t wall_now_us(void)
{
	bool (*source)(int64_t *) = atomic_load_explicit(&moment_source, memory_order_acquire);
	int64_t wall_us;
	if (source && source(&wall_us))
		return wall_us;
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* "2026-11-24T02:41:18.123Z" */
static void format_moment(int64_t wall_us, char ret_moment[32])
{
	char seconds[21];
	hg_format_time(wall_us, seconds);
	int ms = (int)(wall_us / 1000 % 1000);
	snprintf(ret_moment, 32, "%.19s.%03dZ", seconds, ms < 0 ? 0 : ms);
}

/* One event is one line, whatever a client has put into a name. */
static void add_printable(struct hg_text *t, const char *p)
{
	for (; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c < 0x20 || c == 0x7f)
			hg_text_printf(t, "\\x%02x", c);
		else
			hg_text_add_char(t, *p);
	}
}

static void write_out(const struct hg_text *line)
{
	pthread_mutex_lock(&sink_lock);
	void (*write_to)(void *, const char *, size_t) = sink_write;
	void *arg = sink_arg;
	pthread_mutex_unlock(&sink_lock);
	if (write_to)
		write_to(arg, line->p, line->n);
	else
		(void)!write(STDERR_FILENO, line->p, line->n); /* nowhere to complain */
}

static void report_odd(const char *event)
{
	HG_LOG(HG_LOG_HOST, HG_LOG_ERROR, "%s", event);
}

/* In place before anything can be odd; bug.c cannot call up to here. */
static void __attribute__((constructor)) take_what_is_odd(void)
{
	hg_odd_set_report(report_odd);
}

int hg_log_default_level(void)
{
	return atomic_load_explicit(&default_level, memory_order_relaxed);
}

int hg_log_level_of(enum hg_component c)
{
	return atomic_load_explicit(&levels[c], memory_order_relaxed);
}

/* `id`: of the request that it is about; n 0: none. */
static void __attribute__((format(printf, 4, 0)))
write_event(const char *component, int level, struct hg_str id, const char *fmt, va_list args)
{
	char event[EVENT_BYTES_MAX];
	int n = vsnprintf(event, sizeof(event), fmt, args);
	if (n >= (int)sizeof(event))
		memcpy(event + sizeof(event) - 4, "...", 4);
	if (level < HG_LOG_ERROR || level > HG_LOG_DEBUG)
		level = HG_LOG_ERROR;

	char moment[32];
	format_moment(wall_now_us(), moment);
	struct hg_text line;
	hg_text_init(&line);
	if (atomic_load_explicit(&is_json, memory_order_relaxed)) {
		hg_text_printf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"component\":", moment,
			level_words[level]);
		hg_text_add_json(&line, hg_str(component));
		if (id.n) {
			hg_text_add_json_member(&line, "request_id", id);
		}
		hg_text_add_json_member(&line, "event", hg_str(event));
		hg_text_add(&line, HG_STR("}\n"));
	} else {
		hg_text_printf(&line, "%s %s ", moment, level_words[level]);
		add_printable(&line, component);
		hg_text_add(&line, HG_STR(": "));
		if (id.n) {
			char text[160];
			snprintf(text, sizeof(text), "%.*s ", (int)(id.n < 150 ? id.n : 150), id.p);
			add_printable(&line, text);
		}
		add_printable(&line, event);
		hg_text_add_char(&line, '\n');
	}
	write_out(&line);
	hg_text_fini(&line);
}

void hg_log_event(const char *component, int level, const char *fmt, va_list args)
{
	write_event(component, level, (struct hg_str){ 0 }, fmt, args);
}

void hg_log_about(enum hg_component c, int level, struct hg_str id, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	write_event(component_names[c], level, id, fmt, args);
	va_end(args);
}

void hg_log_line(enum hg_component c, int level, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	hg_log_event(component_names[c], level, fmt, args);
	va_end(args);
}

void hg_log_named(const char *component, int level, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	hg_log_event(component, level, fmt, args);
	va_end(args);
}

bool hg_log_set_core_level(const char *component, int level)
{
	bool is_known = !component;
	for (int c = 0; c < HG_LOG_COMPONENTS; c++) {
		if (component && strcmp(component, component_names[c]) != 0)
			continue;
		atomic_store_explicit(&levels[c], level, memory_order_relaxed);
		is_known = true;
	}
	if (!component)
		atomic_store_explicit(&default_level, level, memory_order_relaxed);
	return is_known;
}

bool hg_log_parse_level(const char *word, int *ret_level)
{
	for (int n = HG_LOG_ERROR; n <= HG_LOG_DEBUG; n++) {
		if (strcmp(word, level_words[n]) == 0) {
			*ret_level = n;
			return true;
		}
	}
	return false;
}

const char *hg_log_level_word(int level)
{
	bool is_one = level >= HG_LOG_ERROR && level <= HG_LOG_DEBUG;

	return level_words[is_one ? level : HG_LOG_ERROR];
}

void hg_log_set_json(bool json)
{
	atomic_store_explicit(&is_json, json, memory_order_relaxed);
}

void hg_log_set_sink(void (*write_to)(void *arg, const char *line, size_t n), void *arg)
{
	pthread_mutex_lock(&sink_lock);
	sink_write = write_to;
	sink_arg = arg;
	pthread_mutex_unlock(&sink_lock);
}

void hg_log_set_moment(bool (*source)(int64_t *ret_wall_us))
{
	atomic_store_explicit(&moment_source, source, memory_order_release);
}
