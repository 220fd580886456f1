/*
 * text - the small spellings of GitHub's API: dates, hex, base64, queries, globs.
 *
 *     sim_text_iso(1700000000)           "2023-11-14T22:13:20Z"
 *     sim_text_query("a=1&b=2%203","b")  "2 3"
 *     sim_text_glob("/repos/ *", …)      '*' is any run of bytes, nothing else is special
 *
 * Thread: any, pure.   Clock: none, moments are arguments in seconds since 1970.
 */
#pragma once
#include <hg/abi.h>
#include <hg/str.h>

struct sim_date {
	char text[32];
};

struct sim_date sim_text_iso(int64_t wall_s);  /* 2023-11-14T22:13:20Z */
struct sim_date sim_text_http(int64_t wall_s); /* Tue, 14 Nov 2023 22:13:20 GMT */

/* The leading decimal digits of `s` ("5?per_page=20" is 5, as GitHub reads it); `deflt` when it
 * starts with none. At most 18 digits count. */
int64_t sim_text_number(struct hg_str s, int64_t deflt);
/* The same, but the whole of `s` must be digits: -1 when it is not. */
int64_t sim_text_id(struct hg_str s);

/* `out` holds 2 n + 1 bytes. */
void sim_text_hex(const uint8_t *bytes, size_t n, char *out);
/* Both return memory that the caller frees with hg_free; base64 of nothing is "". */
char *sim_text_base64(const void *bytes, size_t n);
char *sim_text_unbase64(struct hg_str s, size_t *ret_n); /* NULL: not base64 */

bool sim_text_glob(const char *pattern, struct hg_str s);

/* One value of a query, percent-decoded, cut to `size` - 1 bytes. False when absent. */
bool sim_text_query(struct hg_str query, const char *name, char *out, size_t size);

/* Text that grows. */
struct sim_text {
	char *p; /* ended by NUL once anything was added */
	size_t n, cap;
};
void sim_text_add(struct sim_text *t, const char *p, size_t n);
void sim_text_printf(struct sim_text *t, const char *fmt, ...) HG_PRINTF(2, 3);
void sim_text_fini(struct sim_text *t);

/* Room for one more item of `size` bytes: returns the array, maybe moved. */
void *sim_grow(void *items, uint32_t n, uint32_t *cap, size_t size);
