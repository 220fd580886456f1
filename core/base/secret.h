/*
 * secret - bytes that are never printed: wiped when freed, kept out of core dumps where the
 * kernel allows it, compared in constant time. It has no print function.
 *
 * Counted, immutable. Thread: any.
 */
#pragma once
#include <hg/option.h>
#include <hg/str.h>
#include <stdbool.h>

struct hg_secret *hg_secret_new(struct hg_str bytes);
struct hg_secret *hg_secret_ref(struct hg_secret *s);
void hg_secret_unref(struct hg_secret *s);                         /* NULL is fine */
bool hg_secret_is(const struct hg_secret *s, struct hg_str bytes); /* constant time */
/* "id:" and 12 hex digits of a hash under this process's key, to tell secrets apart in logs. Says
 * nothing about the bytes, and is another one after a restart. */
void hg_secret_print_id(const struct hg_secret *s, char ret_id[24]);
