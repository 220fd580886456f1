#include "dispatch/wire/upstream_multi.h"
#include "base/bug.h"
#include <hg/mem.h>
#include <event2/event.h>

struct watch { /* of one of curl's sockets */
	struct event event;
	struct hg_upstream_multi *multi;
};

static void act(struct hg_upstream_multi *m, curl_socket_t fd, int what)
{
	int running;

	hg_loop_busy(m->loop);
	(void)curl_multi_socket_action(m->handle, fd, what, &running);
	m->after(m->arg, what & CURL_CSELECT_IN ? fd : CURL_SOCKET_BAD);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	const struct watch *w = arg;

	act(w->multi, fd,
		(what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void ring(struct hg_upstream_multi *m)
{
	m->is_due = false;
	act(m, CURL_SOCKET_TIMEOUT, 0);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	ring(arg);
}

static int set_timer(CURLM *handle, long in_ms, void *arg)
{
	struct hg_upstream_multi *m = arg;
	struct timeval in = { in_ms / 1000, in_ms % 1000 * 1000 };

	(void)handle;
	m->is_due = in_ms == 0;
	if (in_ms < 0)
		(void)event_del(&m->timer);
	else
		(void)event_add(&m->timer, &in);
	return 0;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *fd_arg)
{
	struct hg_upstream_multi *m = arg;
	struct watch *w = fd_arg;

	if (w)
		(void)event_del(&w->event);
	if (what == CURL_POLL_REMOVE) {
		(void)curl_multi_assign(m->handle, fd, NULL);
		hg_free(w);
		return 0;
	}
	m->on_watch(m->arg, easy, fd);
	if (!w) {
		w = hg_alloc0(sizeof(*w));
		w->multi = m;
		(void)curl_multi_assign(m->handle, fd, w);
	}
	short wanted = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
			       (what & CURL_POLL_OUT ? EV_WRITE : 0));
	(void)event_assign(&w->event, hg_loop_base(m->loop), fd, wanted, on_socket, w);
	(void)event_add(&w->event, NULL);
	return 0;
}

static void open_handle(struct hg_upstream_multi *m)
{
	m->handle = curl_multi_init();
	HG_BUG_ON(!m->handle);
	(void)curl_multi_setopt(m->handle, CURLMOPT_SOCKETFUNCTION, set_socket);
	(void)curl_multi_setopt(m->handle, CURLMOPT_SOCKETDATA, m);
	(void)curl_multi_setopt(m->handle, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(m->handle, CURLMOPT_TIMERDATA, m);
	(void)curl_multi_setopt(m->handle, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
}

void hg_upstream_multi_init(struct hg_upstream_multi *m, struct hg_loop *loop,
	void (*after)(void *arg, curl_socket_t read_fd),
	void (*on_watch)(void *arg, CURL *easy, curl_socket_t fd), void *arg)
{
	*m = (struct hg_upstream_multi){
		.loop = loop, .after = after, .on_watch = on_watch, .arg = arg
	};
	(void)event_assign(&m->timer, hg_loop_base(loop), -1, 0, on_timer, m);
	open_handle(m);
}

void hg_upstream_multi_fini(struct hg_upstream_multi *m)
{
	(void)curl_multi_cleanup(m->handle);
	(void)event_del(&m->timer);
}

void hg_upstream_multi_reopen(struct hg_upstream_multi *m)
{
	hg_upstream_multi_fini(m);
	open_handle(m);
}

void hg_upstream_multi_start(struct hg_upstream_multi *m)
{
	if (!m->is_due)
		return;
	(void)event_del(&m->timer);
	ring(m);
}
