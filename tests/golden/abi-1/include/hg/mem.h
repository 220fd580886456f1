/*
 * mem - memory that is there, or the process ends with a line.
 *
 * hg_alloc never returns NULL: sizes that come from outside are bounded before they are asked
 * for (HG_ETOOBIG), so running out is a broken machine, not an input. What a plugin allocates
 * it frees; nothing allocated on one side is freed on the other.
 *
 * Thread: any.
 */
#pragma once
#include "abi.h"

HG_API void *hg_alloc(size_t size);  /* not zeroed */
HG_API void *hg_alloc0(size_t size); /* zeroed */
HG_API void *hg_realloc(void *p, size_t size);
HG_API char *hg_strndup(const char *p, size_t n); /* n bytes and a NUL */
HG_API void hg_free(void *p);                     /* NULL is fine */

/* Owned values that free themselves: HG_AUTO(journal) j = …; calls hg_journal_free(j) at the
 * end of the scope unless HG_TAKE took it out. Needs HG_AUTO_DEFINE(journal) once. */
#define HG_AUTO_DEFINE(name)                                       \
	static inline void hg_auto_##name##_(struct hg_##name **p) \
	{                                                          \
		hg_##name##_free(*p);                              \
	}
#define HG_AUTO(name) __attribute__((cleanup(hg_auto_##name##_))) struct hg_##name *
#define HG_TAKE(v)                          \
	__extension__({                     \
		__typeof__(v) taken_ = (v); \
		(v) = NULL;                 \
		taken_;                     \
	})
