#include "base/stamp.h"

#include <sys/stat.h>

struct hg_stamp hg_stamp_of(const char *path)
{
	struct stat st;

	if (!path || stat(path, &st) < 0)
		return (struct hg_stamp){ 0 };
	return (struct hg_stamp){ st.st_dev, st.st_ino, (uint64_t)st.st_size,
		/* a time beyond the year 2262 wraps: it is only compared */
		(int64_t)((uint64_t)st.st_mtim.tv_sec * 1000000000u +
			  (uint64_t)st.st_mtim.tv_nsec) };
}

bool hg_stamp_is_same(const struct hg_stamp *a, const struct hg_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->bytes == b->bytes &&
	       a->modified_ns == b->modified_ns;
}
