/*
 * abi - what keeps a plugin built today loadable by a later hubgate.
 *
 * HG_ABI is the number of the interface in core/include/hg. The promise, for as long as the number
 * stays the same:
 *
 *     a struct that begins with its `size`, and a row whose size the plugin's table carries
 *     (HG_PLUGIN_ROWS), may grow at its end; nothing else happens to them
 *     every other struct stays as it is
 *     a function keeps its name, its arguments and what it means; new ones may come
 *     a constant keeps its number; new ones may come
 *
 * So a plugin built today is loaded and served by every later hubgate of this number. It is not
 * the other way round: a plugin that calls a newer function is refused by name at load. A header
 * that says "Provisional" is not part of the promise yet.
 *
 * Every struct that crosses and may grow begins with its `size` (sizeof when its maker was
 * compiled), and its reader asks HG_HAS before touching a member. Arrays end in an all-zero row.
 *
 * The number changes when a released plugin would break, and then the loader refuses the plugin
 * and says both numbers, the file and the remedy. scripts/dev/check-abi compares this folder with
 * what was promised; tests/golden holds a plugin of each number, built with the headers of then.
 *
 * Changelog: what came, by number and release
 *     1  0.1.0  first release
 *               hg_series_read
 *     1  later  HG_REF_TO: an HG_OPT_REF's `choices` names a service; HG_OLD_KEY;
 *               hg_plugin.wants_state 2; hg_topic_matches;
 *               hg_request_is_graphql_query, hg_send_is_graphql_query; hg_request_place,
 *               hg_send_place, hg_send_route, hg_send_token, hg_send_model_tag, hg_reply_token
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
