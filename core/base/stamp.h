/*
 * stamp - which file it was that a path named, to see that it is another one now.
 *
 * Device, inode, size and time of modification: one that was replaced by renaming, by a symbolic
 * link or written in place differs in one of them. It is not seen when a file is written in place
 * twice within the file system's clock, in the same size.
 *
 * Thread: any.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct hg_stamp {
	uint64_t device, inode, bytes;
	int64_t modified_ns; /* Unix time */
};

/* All zero when there is no such file. path NULL: the same. */
struct hg_stamp hg_stamp_of(const char *path);
bool hg_stamp_is_same(const struct hg_stamp *a, const struct hg_stamp *b);
