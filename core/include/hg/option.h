/*
 * option - one row per setting; the row drives everything.
 *
 * A row names a member of the plugin's conf struct, its type, default, range, flags and help.
 * The host parses YAML into the struct with it, refuses unknown keys ("did you mean"), and shows
 * the values in force with it (`hubgate show config`).
 *
 *     struct cache_conf {
 *             uint64_t max_bytes;
 *             int64_t stale_for_us;
 *     };
 *     static const struct hg_option cache_options[] = {
 *             HG_BYTES(struct cache_conf, max_bytes, "256MiB", "1MiB", "64GiB", 0, "Bytes of bodies
 * kept."), HG_USEC(struct cache_conf, stale_for_us, "10min", "0", "1d", HG_OPT_LIVE, "How long …"),
 *             { 0 },
 *     };
 *
 * Units in the file: durations us ms s min h d (a bare number is refused, but 0), sizes B KiB
 * MiB GiB kB MB GB. Strings and lists are owned by the host and live as long as the conf.
 */
#pragma once
#include "abi.h"

enum {                     /* hg_option.type: the member's C type stands behind it */
	HG_OPT_BOOL = 1,   /* bool */
	HG_OPT_INT = 2,    /* int64_t */
	HG_OPT_BYTES = 3,  /* uint64_t */
	HG_OPT_USEC = 4,   /* int64_t, microseconds */
	HG_OPT_STRING = 5, /* const char *; NULL when unset */
	HG_OPT_ENUM = 6,   /* int64_t: index into `choices` */
	HG_OPT_SHARE = 7,  /* double 0…1, written as 30% or 0.3 */
	HG_OPT_LIST = 8,   /* struct hg_option_list: strings */
	HG_OPT_SECRET = 9, /* struct hg_secret *; never printed */
	HG_OPT_REF = 10,   /* const char *: the name of another plugin instance */
	HG_OPT_MAP = 11,   /* struct hg_option_map: names to strings */
};

enum {                         /* hg_option.flags */
	HG_OPT_LIVE = 1u << 0, /* may change on reload; others say "needs a restart" */
	HG_OPT_REQUIRED = 1u << 1,
	HG_OPT_DEPRECATED = 1u << 2, /* `replaced_by` says what to write instead. When that is the
	                                key of another row, its value is read by that row's rules
	                                into that row's member, unless that is set too */
};

struct hg_option_list {
	const char *const *items;
	uint32_t n;
};

struct hg_option_map {
	const char *const *keys;
	const char *const *values;
	uint32_t n;
};

struct hg_option {
	const char *key;
	uint64_t offset; /* of the member in the conf struct */
	uint32_t type;
	uint32_t flags;
	const char *deflt; /* as it would stand in the file; NULL = unset */
	const char *min;   /* same notation; NULL = none */
	const char *max;
	const char *choices; /* "a|b|c" for HG_OPT_ENUM; for HG_OPT_REF the service that the other
	                        instance must provide, NULL: any instance */
	const char *help;    /* one sentence */
	const char *replaced_by;
};

/* The member's offset, and a compile error when its type is not T: a wrong width would
 * silently overwrite its neighbour. */
#define HG_FIELD(S, f, T) \
	(offsetof(S, f) + 0 * sizeof(char[_Generic(&((S *)0)->f, T * : 1, default : -1)]))

#define HG_ROW_(S, f, T, ty, d, mn, mx, ch, fl, h)                    \
	{                                                             \
#f, HG_FIELD(S, f, T), ty, fl, d, mn, mx, ch, h, NULL \
	}

#define HG_BOOL(S, f, d, fl, h) HG_ROW_(S, f, _Bool, HG_OPT_BOOL, d, NULL, NULL, NULL, fl, h)
#define HG_INT(S, f, d, mn, mx, fl, h) HG_ROW_(S, f, int64_t, HG_OPT_INT, d, mn, mx, NULL, fl, h)
#define HG_BYTES(S, f, d, mn, mx, fl, h) \
	HG_ROW_(S, f, uint64_t, HG_OPT_BYTES, d, mn, mx, NULL, fl, h)
#define HG_ENUM(S, f, d, ch, fl, h) HG_ROW_(S, f, int64_t, HG_OPT_ENUM, d, NULL, NULL, ch, fl, h)
#define HG_SHARE(S, f, d, mn, mx, fl, h) HG_ROW_(S, f, double, HG_OPT_SHARE, d, mn, mx, NULL, fl, h)
#define HG_STRING(S, f, d, fl, h) \
	HG_ROW_(S, f, const char *, HG_OPT_STRING, d, NULL, NULL, NULL, fl, h)
#define HG_LIST(S, f, d, fl, h) \
	HG_ROW_(S, f, struct hg_option_list, HG_OPT_LIST, d, NULL, NULL, NULL, fl, h)
#define HG_MAP(S, f, d, fl, h) \
	HG_ROW_(S, f, struct hg_option_map, HG_OPT_MAP, d, NULL, NULL, NULL, fl, h)
#define HG_REF(S, f, fl, h) HG_ROW_(S, f, const char *, HG_OPT_REF, NULL, NULL, NULL, NULL, fl, h)
#define HG_REF_TO(S, f, service, fl, h) \
	HG_ROW_(S, f, const char *, HG_OPT_REF, NULL, NULL, NULL, service, fl, h)
/* The old key of an option: what is written under it is `new_key`'s, with a warning. Member and
 * type are the new row's. */
#define HG_OLD_KEY(S, f, T, ty, old_key, new_key)                                          \
	{                                                                                  \
		old_key, HG_FIELD(S, f, T), ty, HG_OPT_DEPRECATED, NULL, NULL, NULL, NULL, \
			"The old key of " new_key ".", new_key                             \
	}
#define HG_SECRET(S, f, fl, h) \
	HG_ROW_(S, f, struct hg_secret *, HG_OPT_SECRET, NULL, NULL, NULL, NULL, fl, h)

/* Durations: the key in the file is the member without its "_us", because the value says the
 * unit there (`stale_for: 10min`). */
#define HG_USEC(S, f, d, mn, mx, fl, h) HG_ROW_(S, f, int64_t, HG_OPT_USEC, d, mn, mx, NULL, fl, h)

struct hg_secret;

/* The bytes, for the one call that needs them. Never log, store or compare them with ==. */
HG_API const char *hg_secret_bytes(const struct hg_secret *s, size_t *ret_n);
