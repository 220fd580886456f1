#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>
#include <hg/watch.h>
#include "base/instance.h"
#include "base/loop.h"

struct self {
	int n;
	uint32_t what;
	bool frees, reads;
	struct hg_watch *watch;
};

static const struct hg_plugin plugin = {
	.size = sizeof(struct hg_plugin),
	.name = "watcher",
	.self_size = sizeof(struct self),
};

static struct hg_clock *held;
static struct hg_loop *loop;
static struct hg_instance *instance;
static struct self *self;
static int fds[2];

static void on_ready(void *mine, void *arg, int fd, uint32_t what)
{
	struct self *s = mine;
	char byte;
	s->n += arg == &fds && fd == fds[0];
	s->what = what;
	if (s->reads)
		(void)!read(fd, &byte, 1);
	if (s->frees)
		hg_watch_free(s->watch);
}

static int setup(void **state)
{
	(void)state;
	held = hg_clock_new_held((struct hg_now){ 1000, 0 });
	loop = hg_loop_new(held, HG_THREAD_HOST, "host", 4);
	hg_loop_enter(loop);
	instance = hg_instance_new("watcher", &plugin, 0);
	self = instance->self;
	self->watch = hg_watch_new(self, -1, on_ready, NULL);
	hg_watch_free(self->watch); /* of no descriptor, never set: harmless */
	int rc = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);
	self->watch = hg_watch_new(self, fds[0], on_ready, &fds);
	return rc;
}

static int teardown(void **state)
{
	(void)state;
	if (!self->frees)
		hg_watch_free(self->watch);
	hg_loop_free(loop);
	hg_instance_free(instance);
	hg_clock_free(held);
	close(fds[0]);
	close(fds[1]);
	return 0;
}

static void a_readable_descriptor_is_told_until_it_is_read(void **state)
{
	(void)state;
	hg_watch_set(self->watch, HG_WATCH_READ);
	assert_false(hg_loop_turn(loop));
	assert_int_equal(write(fds[1], "xy", 2), 2);
	assert_true(hg_loop_turn(loop));
	assert_true(hg_loop_turn(loop));
	assert_int_equal(self->n, 2);
	assert_int_equal(self->what, HG_WATCH_READ);
	self->reads = true;
	(void)hg_loop_turn(loop);
	(void)hg_loop_turn(loop);
	assert_int_equal(self->n, 4);
	assert_false(hg_loop_turn(loop));
	assert_int_equal(atomic_load(&instance->hook_calls), 4);
}

static void a_watch_follows_what_is_wanted_now(void **state)
{
	(void)state;
	hg_watch_set(self->watch, HG_WATCH_READ | HG_WATCH_WRITE);
	assert_true(hg_loop_turn(loop));
	assert_int_equal(self->what, HG_WATCH_WRITE);
	hg_watch_set(self->watch, HG_WATCH_READ);
	assert_false(hg_loop_turn(loop));
	hg_watch_set(self->watch, HG_WATCH_WRITE);
	assert_true(hg_loop_turn(loop));
	hg_watch_set(self->watch, 0);
	assert_false(hg_loop_turn(loop));
	assert_int_equal(self->n, 2);
}

static void a_watch_may_be_freed_inside_its_own_callback(void **state)
{
	(void)state;
	self->frees = true;
	hg_watch_set(self->watch, HG_WATCH_WRITE);
	assert_true(hg_loop_turn(loop));
	assert_false(hg_loop_turn(loop));
	assert_int_equal(self->n, 1);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ONE(a_readable_descriptor_is_told_until_it_is_read),
		ONE(a_watch_follows_what_is_wanted_now),
		ONE(a_watch_may_be_freed_inside_its_own_callback),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
