#include "writes.h"
#include <stdio.h>

static char begun; /* the slot of a write until its end has been marked */

/* What a scope's writes mark besides their paths. */
struct own_mark {
	char path[2 * sizeof(struct hg_scope) + 1];
};

static struct hg_str own_path(const struct hg_request *r, struct own_mark *mark)
{
	struct hg_scope scope = hg_request_scope(r);

	for (size_t i = 0; i < sizeof(scope.bytes); i++)
		(void)snprintf(mark->path + 2 * i, 3, "%02x", scope.bytes[i]);
	return hg_str(mark->path);
}

static void set_marks(struct marks *m, const struct hg_request *r)
{
	struct own_mark own;

	marks_set(m, hg_request_path(r));
	marks_set(m, own_path(r, &own));
}

void writes_begin(struct marks *m, const struct hg_request *r, void **slot)
{
	set_marks(m, r);
	*slot = &begun;
}

void writes_end(struct marks *m, const struct hg_request *r, void **slot)
{
	if (*slot != &begun)
		return;
	set_marks(m, r);
	*slot = NULL;
}

bool writes_came_since(
	const struct marks *m, const struct hg_request *r, bool is_query, uint64_t mark)
{
	struct own_mark own;

	return marks_has_since(m, is_query ? own_path(r, &own) : hg_request_path(r), mark);
}
