/*
 * abi - what keeps a plugin built today loadable by a later hubgate.
 *
 * HG_ABI is the number of the interface in core/include/hg. It changes only when a released
 * plugin would break; until then structs grow at their end and nothing else happens to them.
 * Every struct that crosses begins with its `size` (sizeof when its maker was compiled), and
 * its reader asks HG_HAS before touching a member. Arrays end in an all-zero row, and the
 * table that points to one carries the size of a row.
 *
 * Changelog
 *     1  first release
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define HG_ABI 1u

#if defined(__GNUC__)
#define HG_API __attribute__((visibility("default")))
#define HG_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#error "hubgate builds with GCC or Clang"
#endif

/* Is `member` inside what the maker of *p knew? */
#define HG_HAS(p, member) ((p)->size >= offsetof(__typeof__(*(p)), member) + sizeof((p)->member))
