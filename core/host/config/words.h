/*
 * words - lists of words in an entry of the configuration: each is one of those known, or is
 * refused where it stands, with a guess. What `clients:` and `when:` have in common.
 *
 * Thread: host.
 */
#pragma once
#include "host/config/options.h"

struct hg_entry { /* one that is being read */
	const struct hg_node *node;
	const char *path; /* "clients[2]" */
	struct hg_keep *keep;
	struct hg_faults *faults;
};

/* "clients[2].methods"; the arena's */
const char *hg_entry_path(const struct hg_entry *e, const char *key);
/* Of the key's value, or of the entry. */
const struct hg_place *hg_entry_place(const struct hg_entry *e, const char *key);
/* Of the i-th word of a list that may be written as a single value. */
const struct hg_place *hg_entry_item_place(const struct hg_entry *e, const char *key, uint32_t i);

/* The index of `word`; -1, and it is said. `n` 0: there are none to choose from. */
int hg_word_find(const struct hg_entry *e, const char *key, uint32_t i, const char *word,
	const char *const *words, uint32_t n);

/* `key:` without a value is a mistake: who wrote it meant a bound, and there would be none. */
void hg_entry_refuse_null(const struct hg_entry *e, const char *key);

/* An empty list is a mistake: it would fit nothing. */
void hg_entry_refuse_empty(
	const struct hg_entry *e, const char *key, const struct hg_option_list *list);

/* Bits 1u << enum hg_http1_method; who has GET has HEAD. UINT32_MAX: `methods:` is not there. */
uint32_t hg_methods_read(const struct hg_entry *e, const struct hg_option_list *list);
