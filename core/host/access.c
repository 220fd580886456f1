#include "host/host_inside.h"

#include "base/metric.h"
#include "front/access_log.h"
#include <string.h>

/* The access log of a setup: its format is its own, its file is shared with the setup before. */

static void on_dropped(uint64_t n)
{
	hg_series_add(hg_core_series(HG_METRIC_ACCESS_LOG_DROPPED, NULL, NULL, NULL), (double)n);
}

uint64_t hg_host_access_log_dropped(void)
{
	return (uint64_t)hg_series_read(
		hg_core_series(HG_METRIC_ACCESS_LOG_DROPPED, NULL, NULL, NULL));
}

static struct hg_sink *sink_of(const struct hg_setup *s)
{
	return s && s->snapshot.access_log ? hg_access_log_sink(s->snapshot.access_log) : NULL;
}

int hg_host_open_access_log(struct hg_setup *s, const struct hg_setup *old, struct hg_err *err)
{
	const struct hg_access_log_conf *conf = &s->config->access_log;
	const struct hg_place *place = &s->config->access_log_place;
	struct hg_sink *sink = sink_of(old);

	if (!conf->path)
		return 0;
	if (sink && strcmp(hg_sink_path(sink), conf->path) == 0) {
		hg_sink_set_room(hg_sink_ref(sink), conf->max_waiting_bytes);
		hg_sink_reopen(sink);
	} else {
		sink = hg_sink_new(conf->path, conf->max_waiting_bytes, on_dropped, err);
	}
	if (!sink)
		return hg_err_wrap(
			err, "%s:%u:%u: access_log.path", place->file, place->line, place->col);
	s->snapshot.access_log = hg_access_log_new(conf->format, sink, err);
	hg_sink_unref(sink); /* the log has its own */
	return s->snapshot.access_log ? 0 : HG_EINVAL;
}

void hg_host_reopen_access_log(const struct hg_host *h)
{
	struct hg_sink *sink = sink_of(h->setup);

	if (sink)
		hg_sink_reopen(sink);
}
