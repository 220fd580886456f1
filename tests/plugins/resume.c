/*
 * resume - what blocks is done on another thread, and the request goes on when it is done.
 *
 *     GET /resume    waits; a pool thread resumes it, and it is answered back on its front
 *     GET /offload   the offload's `done` answers, on the loop that asked
 *     X-Test-Wait: 1 on a request to GitHub: ADMIT waits, and a pool thread says "go on"
 *
 * Thread: the request's front, and the pool for `work`.
 */
#include <hg/plugin.h>
#include <pthread.h>
#include <stdatomic.h>

struct job {
	_Atomic uint32_t refs; /* the pool's `work` and `done`, the request's on_front */
	struct hg_waiter *waiter;
	struct hg_request *r; /* /offload: NULL once the client left */
	pthread_t front, worker;
};

static void unref(struct job *job)
{
	if (atomic_fetch_sub(&job->refs, 1) == 1)
		hg_free(job);
}

static void answer(struct hg_request *r, const struct job *job)
{
	bool apart = !pthread_equal(job->front, job->worker);
	bool home = pthread_equal(job->front, pthread_self());

	hg_reply_text(r, 200, "text/plain",
		apart && home ? HG_STR("worked elsewhere, answered here")
			      : HG_STR("on the wrong thread"));
}

/* On the front. r == NULL: the client left. */
static enum hg_verdict on_front(void *self, struct hg_request *r, void *arg)
{
	struct job *job = arg;

	(void)self;
	if (r)
		answer(r, job);
	unref(job);
	return HG_ANSWERED;
}

static void work_and_resume(void *arg)
{
	struct job *job = arg;

	job->worker = pthread_self();
	hg_waiter_resume(job->waiter, on_front, job);
}

static void after_resume(void *self, void *arg)
{
	(void)self;
	unref(arg);
}

static enum hg_verdict on_resume(void *self, struct hg_request *r)
{
	struct job *job = hg_alloc0(sizeof(*job));

	atomic_init(&job->refs, 2);
	job->front = pthread_self();
	job->waiter = hg_request_wait(r);
	if (hg_offload(self, work_and_resume, after_resume, job) < 0) {
		job->worker = pthread_self();
		atomic_fetch_sub(&job->refs, 1); /* `done` will not come */
		hg_waiter_resume(job->waiter, on_front, job);
	}
	return HG_WAIT;
}

static void work(void *arg)
{
	((struct job *)arg)->worker = pthread_self();
}

static void done(void *self, void *arg)
{
	struct job *job = arg;

	if (job->r) {
		*hg_request_slot(job->r, self) = NULL;
		answer(job->r, job);
	}
	unref(job);
}

static enum hg_verdict on_offload(void *self, struct hg_request *r)
{
	struct job *job = hg_alloc0(sizeof(*job));

	atomic_init(&job->refs, 1);
	job->front = pthread_self();
	job->r = r;
	*hg_request_slot(r, self) = job;
	if (hg_offload(self, work, done, job) < 0) {
		*hg_request_slot(r, self) = NULL;
		unref(job);
		hg_request_refuse(r, 503, "pool_full", 1, "The pool is full.");
		return HG_REFUSED;
	}
	return HG_ANSWERED;
}

static void offload_gone(void *self, struct hg_request *r)
{
	struct job *job = *hg_request_slot(r, self);

	if (job)
		job->r = NULL;
}

static void resume_only(void *arg)
{
	hg_waiter_resume(((struct job *)arg)->waiter, NULL, NULL);
}

static enum hg_verdict on_admit(void *self, struct hg_request *r)
{
	if (!hg_request_header(r, "x-test-wait").n)
		return HG_NEXT;

	struct job *job = hg_alloc0(sizeof(*job));
	atomic_init(&job->refs, 1);
	job->waiter = hg_request_wait(r);
	if (hg_offload(self, resume_only, after_resume, job) < 0) {
		hg_waiter_resume(job->waiter, NULL, NULL);
		unref(job);
	}
	return HG_WAIT;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/resume", .on_request = on_resume, .about = "Waits." },
	{ .methods = "GET",
		.path = "/offload",
		.on_request = on_offload,
		.on_gone = offload_gone,
		.about = "Works elsewhere." },
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "resume",
	.about = "Waits for other threads.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.routes = routes,
	.on_admit = on_admit,
};
HG_PLUGIN_EXPORT(table)
