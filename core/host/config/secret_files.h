/*
 * secret_files - the files that ${file:/path} names, and whether one of them has changed.
 *
 * Tokens and keys are rotated by whoever writes these files (a vault's agent, a mounted secret,
 * which is swapped by a symbolic link). The host compares their stamps every HG_SECRETS_LOOK_US;
 * when one differs, it reloads what it has read before, with the files read anew: a configuration
 * file that someone is editing meanwhile is not touched.
 *
 * A file that changed while the configuration was being read is looked at once more; one that has
 * a time of the future is not, because it would be each time.
 *
 * Thread: host.
 */
#pragma once
#include "host/config/yaml.h"

#define HG_SECRETS_LOOK_US INT64_C(30000000)

struct hg_secret_files; /* NULL: there are none */

/* Those in the tree. since_ns: the machine's wall clock, before the first of them was read. */
struct hg_secret_files *hg_secret_files_new(const struct hg_node *root, int64_t since_ns);
void hg_secret_files_free(struct hg_secret_files *f);

/* The path of one that is another one than at the last call, or the first; NULL: none. */
const char *hg_secret_files_changed(struct hg_secret_files *f);
int64_t hg_secret_files_now_ns(void);
