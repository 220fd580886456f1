/*
 * bug - asserts that stay in production.
 *
 *     HG_BUG_ON(x)            our bug, and going on would harm others: line, stack, abort
 *     if (HG_ODD(x)) return;  our bug, but this one request can be given up: counts, logs, once
 *                             a minute and place
 *
 * Thread: any.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define HG_BUG_ON(x) ((x) ? hg_bug(__FILE__, __LINE__, #x) : (void)0)
#define HG_ODD(x) (__builtin_expect(!!(x), 0) && hg_odd(__FILE__, __LINE__, #x))

_Noreturn void hg_bug(const char *file, int line, const char *what);
bool hg_odd(const char *file, int line, const char *what); /* returns true */
/* hg_odd at a given moment (tests). */
bool hg_odd_at(const char *file, int line, const char *what, int64_t mono_us);
/* Who is told what is odd, an event without a newline; NULL = standard error. The log takes this
 * place before main begins: everything may use this file, so this file uses nothing. */
void hg_odd_set_report(void (*report)(const char *event));
uint64_t hg_odd_n(void); /* since the start, all places */
