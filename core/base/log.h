/*
 * log - the core's side of hg/log.h: components, levels, sinks.
 *
 * The components of the core are the X-table below; a plugin instance is a component of its
 * name (instance.h has its level, and what sets the level of either). Text
 * ("2026-11-24T02:41:18.123Z info dispatch: …") or JSON lines on standard error.
 *
 * Thread: any; a line is written by one write(2).
 */
#pragma once
#include <hg/log.h>
#include <hg/clock.h>
#include <hg/str.h>
#include <stdarg.h>
#include <stdbool.h>

#define HG_COMPONENTS(X)                                   \
	X(HOST, "host", "start, stop, reload, plugins")    \
	X(CONFIG, "config", "configuration files")         \
	X(FRONT, "front", "listeners and connections")     \
	X(REQUEST, "request", "one client request")        \
	X(DISPATCH, "dispatch", "tickets, queue, budgets") \
	X(UPSTREAM, "upstream", "connections to GitHub")   \
	X(ADMIN, "admin", "admin socket")                  \
	X(LOOP, "loop", "event loops and mailboxes")       \
	X(AUDIT, "audit", "writes that went to GitHub")

enum hg_component {
#define X(id, name, help) HG_LOG_##id,
	HG_COMPONENTS(X)
#undef X
		HG_LOG_COMPONENTS
};

#define HG_LOG(component, level, ...)                                                       \
	(hg_log_level_of(component) >= (level) ? hg_log_line(component, level, __VA_ARGS__) \
					       : (void)0)

/* The same of one request: text lines begin with its id, JSON lines have it as "request_id". */
#define HG_LOG_ABOUT(component, level, id, ...)                                                  \
	(hg_log_level_of(component) >= (level) ? hg_log_about(component, level, id, __VA_ARGS__) \
					       : (void)0)

int hg_log_default_level(void);           /* of new plugin instances: what "*" was set to last */
int hg_log_level_of(enum hg_component c); /* one relaxed load */
void hg_log_line(enum hg_component c, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void hg_log_about(enum hg_component c, int level, struct hg_str id, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void hg_log_named(const char *component, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4))); /* no level check */

void hg_log_event(const char *component, int level, const char *fmt, va_list args)
	__attribute__((format(printf, 3, 0))); /* no level check */

/* component NULL = all of the core, and what new plugin instances begin with. False: no such
 * component. hg_log_set_level of instance.h is for people. */
bool hg_log_set_core_level(const char *component, int level);
bool hg_log_parse_level(const char *word, int *ret_level); /* error warn info debug */
const char *hg_log_level_word(int level);                  /* the other way round */
void hg_log_set_json(bool json);
/* Lines go to `write` instead of standard error (tests). NULL = standard error again. */
void hg_log_set_sink(void (*write)(void *arg, const char *line, size_t n), void *arg);
/* Whom to ask for the moment of a line: false = it has none for this thread, and the machine's
 * clock is read. Loops install it. */
void hg_log_set_moment(bool (*source)(int64_t *ret_wall_us));
