#include "learned.h"
#include "keep.h"
#include <hg/log.h>
#include <hg/mem.h>
#include <hg/offload.h>
#include <hg/state.h>
#include <hg/timer.h>
#include <stdio.h>
#include <string.h>

/* One writing of the file. */
struct saving {
	struct forecast *forecast;
	struct forecast_copy *copy;
	char *path, *beside;
	struct hg_err err;
};

/* -- reading ----------------------------------------------------------------------------------- */

static char *join_path(const char *dir, const char *name)
{
	size_t n = strlen(dir) + strlen(name) + 1;
	char *path = hg_alloc(n);

	(void)snprintf(path, n, "%s%s", dir, name);
	return path;
}

static void read_file(struct learned *l)
{
	struct hg_err err = HG_ERR_INIT;
	uint8_t *bytes = NULL;
	size_t n = 0;
	int rc = keep_read(l->path, FORECAST_BYTES_MAX, &bytes, &n, &err);

	if (rc == 0) {
		rc = forecast_decode(l->forecast, bytes, n, &err);
		if (rc < 0)
			(void)hg_err_wrap(&err, "%s", l->path);
	}
	hg_free(bytes);
	if (rc < 0 && rc != HG_ENOTFOUND)
		hg_log(l->self, HG_LOG_WARN, "the forecast begins anew: %s", err.text);
	if (rc == 0)
		hg_log(l->self, HG_LOG_DEBUG, "forecast read ledgers=%u",
			forecast_count(l->forecast));
}

void learned_start(struct learned *l, void *self, uint32_t max, int64_t save_us)
{
	const char *dir = hg_state_dir(self);

	*l = (struct learned){
		.self = self, .forecast = forecast_new(max), .max = max, .save_us = save_us
	};
	if (!dir)
		return; /* the host has said so */
	l->path = join_path(dir, "/forecast");
	read_file(l);
}

void learned_adopt(struct learned *l, const struct learned *old)
{
	forecast_leave(l->forecast);
	l->forecast = forecast_join(old->forecast);
}

/* -- writing ----------------------------------------------------------------------------------- */

/* NULL: nothing to write. */
static struct saving *saving_new(struct learned *l, const char *beside)
{
	struct forecast_copy *copy = l->path ? forecast_save(l->forecast) : NULL;

	if (!copy)
		return NULL;
	struct saving *s = hg_alloc(sizeof(*s));
	*s = (struct saving){ .forecast = forecast_ref(l->forecast),
		.copy = copy,
		.path = join_path(l->path, ""),
		.beside = join_path(l->path, beside),
		.err = HG_ERR_INIT };
	return s;
}

static void write_file(void *arg)
{
	struct saving *s = arg;
	size_t n;
	uint8_t *bytes = forecast_encode(s->copy, &n);

	(void)keep_write(s->path, s->beside, bytes, n, &s->err);
	hg_free(bytes);
}

static void end_saving(void *self, struct saving *s)
{
	if (s->err.code < 0)
		hg_log(self, HG_LOG_WARN, "the forecast is not written: %s", s->err.text);
	forecast_saved(s->forecast);
	forecast_unref(s->forecast);
	hg_free(s->copy);
	hg_free(s->path);
	hg_free(s->beside);
	hg_free(s);
}

static void on_written(void *self, void *arg)
{
	end_saving(self, arg);
}

static void on_timer(void *self, void *arg)
{
	struct learned *l = arg;
	struct saving *s = saving_new(l, ".new");

	hg_timer_set(l->timer, l->save_us);
	if (!s)
		return;
	int rc = hg_offload(self, write_file, on_written, s);
	if (rc == 0)
		return;
	(void)hg_err_set(&s->err, rc, "too much is offloaded");
	end_saving(self, s);
}

/* -- life -------------------------------------------------------------------------------------- */

void learned_thread_start(struct learned *l)
{
	forecast_set_max(l->forecast, l->max);
	l->timer = hg_timer_new(l->self, on_timer, l);
	hg_timer_set(l->timer, l->save_us);
}

void learned_thread_stop(struct learned *l)
{
	hg_timer_free(l->timer);
	l->timer = NULL;
}

void learned_stop(struct learned *l)
{
	struct saving *s = forecast_is_alone(l->forecast) ? saving_new(l, ".last") : NULL;

	if (s) {
		write_file(s);
		end_saving(l->self, s);
	}
	forecast_leave(l->forecast);
	hg_free(l->path);
}
