#include "base/callback.h"
#include "base/stopwatch.h"

void hg_callback_owe(const struct hg_callback *c)
{
	if (c->self)
		atomic_fetch_add(&hg_instance_of(c->self)->n_pending, 1);
}

void hg_callback_forgo(const struct hg_callback *c)
{
	if (c->self)
		atomic_fetch_sub(&hg_instance_of(c->self)->n_pending, 1);
}

void hg_callback_run(struct hg_callback c, const char *hook)
{
	struct hg_stopwatch w = hg_stopwatch_begin(c.self ? hg_instance_of(c.self) : NULL, hook);

	c.fn(c.self, c.arg);
	hg_stopwatch_end(&w);
	hg_callback_forgo(&c);
}
