#include "front/access_log.h"

#include "base/loop.h"
#include "front/mask.h"
#include "front/request.h"
#include <hg/mem.h>
#include <hg/reply.h>
#include <stdio.h>
#include <string.h>

enum { MAX_FIELDS = 48, MAX_VALUE_BYTES = 1024 };

/* -- the fields: each adds its value, or nothing when there is none
 * -------------------------------- */

static void add_text(struct hg_text *out, struct hg_str s)
{
	if (s.n > MAX_VALUE_BYTES)
		s.n = MAX_VALUE_BYTES;
	if (s.p)
		hg_mask_control(out, s);
}

static void add_ms(struct hg_text *out, int64_t us)
{
	hg_text_printf(out, "%lld.%03d", (long long)(us / 1000), (int)(us % 1000));
}

static int64_t wall_us(const struct hg_request *r)
{
	return hg_loop_now(r->front->loop).wall_us;
}

static void time_of(const struct hg_request *r, struct hg_text *out)
{
	char text[21];

	hg_format_time(wall_us(r), text);
	hg_text_printf(out, "%.19s.%03dZ", text, (int)(wall_us(r) / 1000 % 1000));
}

/* "29/Nov/2026:16:20:43 +0000" */
static void clf_time_of(const struct hg_request *r, struct hg_text *out)
{
	char date[30]; /* "Sun, 29 Nov 2026 16:20:43 GMT" */

	hg_format_http_date(wall_us(r), date);
	hg_text_printf(out, "%.2s/%.3s/%.4s:%.8s +0000", date + 5, date + 8, date + 12, date + 17);
}

static void peer_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, hg_request_peer((struct hg_request *)(uintptr_t)r));
}

static void client_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, hg_str(r->client.name));
}

static void method_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, r->head.method);
}

static void path_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, r->head.path);
}

static void query_of(const struct hg_request *r, struct hg_text *out)
{
	hg_mask_query(out, r->head.query);
}

static void target_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, r->head.path);
	if (!r->head.query.n)
		return;
	hg_text_add_char(out, '?');
	hg_mask_query(out, r->head.query);
}

static void protocol_of(const struct hg_request *r, struct hg_text *out)
{
	hg_text_printf(out, "HTTP/1.%d", r->head.minor);
}

static void status_of(const struct hg_request *r, struct hg_text *out)
{
	hg_text_printf(out, "%d", r->reply_began ? r->status : 0);
}

static void bytes_of(const struct hg_request *r, struct hg_text *out)
{
	hg_text_add_u64(out, hg_request_sent_bytes(r));
}

static void duration_of(const struct hg_request *r, struct hg_text *out)
{
	add_ms(out, hg_front_now_us(r->front) - r->began_us);
}

static void wait_of(const struct hg_request *r, struct hg_text *out)
{
	add_ms(out, r->waited_us);
}

static void upstream_time_of(const struct hg_request *r, struct hg_text *out)
{
	add_ms(out, r->upstream_us);
}

static void cache_of(const struct hg_request *r, struct hg_text *out)
{
	const struct hg_str *s = &r->cache_status;
	const char *end = s->n ? memchr(s->p, ';', s->n) : NULL;

	add_text(out, end ? (struct hg_str){ s->p, (size_t)(end - s->p) } : *s);
}

static void upstream_status_of(const struct hg_request *r, struct hg_text *out)
{
	if (r->upstream_status)
		hg_text_printf(out, "%d", r->upstream_status);
}

static void github_id_of(const struct hg_request *r, struct hg_text *out)
{
	if (r->reply.head)
		add_text(out, hg_reply_header(&r->reply, "x-github-request-id"));
}

static void credential_of(const struct hg_request *r, struct hg_text *out)
{
	if (r->reply.head)
		add_text(out, hg_str(r->reply.note.alias));
}

static void upstream_of(const struct hg_request *r, struct hg_text *out)
{
	if (r->ticket)
		add_text(out, hg_str(hg_request_upstream_conf(r)->name));
}

static void route_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, r->route);
}

static void class_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, hg_str(hg_class_name(r->klass)));
}

static void id_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, r->id);
}

static void trace_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, hg_trace_context_id(&r->trace_context));
}

static void agent_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, hg_http1_value(&r->head, HG_HTTP1_USER_AGENT));
}

static void referer_of(const struct hg_request *r, struct hg_text *out)
{
	struct hg_str s = hg_http1_value(&r->head, HG_HTTP1_REFERER);

	if (s.n > MAX_VALUE_BYTES)
		s.n = MAX_VALUE_BYTES;
	hg_mask_url(out, s);
}

static void listener_of(const struct hg_request *r, struct hg_text *out)
{
	add_text(out, hg_str(r->conn->gate->name));
}

static void cut_of(const struct hg_request *r, struct hg_text *out)
{
	hg_text_add_char(out, r->replied ? '0' : '1');
}

static const struct field {
	const char *name;
	bool is_number; /* in JSON without quotes */
	bool in_json;   /* the format "json" has it */
	void (*add)(const struct hg_request *r, struct hg_text *out);
} fields[] = {
	{ "time", false, true, time_of },
	{ "clf_time", false, false, clf_time_of },
	{ "request_id", false, true, id_of },
	{ "trace_id", false, true, trace_of },
	{ "listener", false, true, listener_of },
	{ "peer", false, true, peer_of },
	{ "client", false, true, client_of },
	{ "method", false, true, method_of },
	{ "path", false, true, path_of },
	{ "query", false, true, query_of },
	{ "target", false, false, target_of },
	{ "protocol", false, true, protocol_of },
	{ "route", false, true, route_of },
	{ "class", false, true, class_of },
	{ "status", true, true, status_of },
	{ "bytes", true, true, bytes_of },
	{ "cut", true, true, cut_of },
	{ "duration_ms", true, true, duration_of },
	{ "wait_ms", true, true, wait_of },
	{ "upstream_ms", true, true, upstream_time_of },
	{ "cache", false, true, cache_of },
	{ "upstream", false, true, upstream_of },
	{ "credential", false, true, credential_of },
	{ "upstream_status", true, true, upstream_status_of },
	{ "github_request_id", false, true, github_id_of },
	{ "referer", false, true, referer_of },
	{ "user_agent", false, true, agent_of },
};

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* -- formats ----------------------------------------------------------------------------------- */

static const char combined[] =
	"{peer} - {client} [{clf_time}] \"{method} {target} {protocol}\" {status} {bytes} "
	"\"{referer}\" \"{user_agent}\" id={request_id} {duration_ms}ms wait={wait_ms}ms "
	"trace={trace_id} cache={cache} github={upstream_status} {github_request_id}";

struct hg_access_log {
	struct hg_sink *sink; /* referenced */
	bool is_json;
	char *literals; /* owned: what stands between the fields */
	uint32_t n;
	struct {
		struct hg_str before;      /* in `literals` */
		const struct field *field; /* NULL: the end of the line */
	} parts[MAX_FIELDS];
};

static const struct field *find_field(struct hg_str name)
{
	for (size_t i = 0; i < N_FIELDS; i++) {
		if (hg_str_is(name, hg_str(fields[i].name)))
			return &fields[i];
	}
	return NULL;
}

static int parse(struct hg_access_log *log, const char *format, struct hg_err *err)
{
	char *out = log->literals;
	const char *from = out;

	for (const char *p = format; *p; p++) {
		if ((p[0] == '{' && p[1] == '{') || (p[0] == '}' && p[1] == '}')) {
			*out++ = *p++;
			continue;
		}
		if (*p == '}')
			return hg_err_set(err, HG_EINVAL,
				"a } closes nothing (write }} for the brace itself)");
		if ((unsigned char)*p < 0x20)
			return hg_err_set(err, HG_EINVAL, "a control byte would break lines");
		if (*p != '{') {
			*out++ = *p;
			continue;
		}
		const char *end = strchr(p, '}');
		if (!end)
			return hg_err_set(err, HG_EINVAL, "a { is not closed");
		struct hg_str name = { p + 1, (size_t)(end - p - 1) };
		const struct field *f = find_field(name);
		if (!f)
			return hg_err_set(err, HG_EINVAL, "there is no field {%.*s}",
				(int)(name.n < 40 ? name.n : 40), name.p);
		if (log->n == MAX_FIELDS - 1)
			return hg_err_set(err, HG_EINVAL, "more than %d fields", MAX_FIELDS - 1);
		log->parts[log->n].before = (struct hg_str){ from, (size_t)(out - from) };
		log->parts[log->n++].field = f;
		from = out;
		p = end;
	}
	log->parts[log->n].before = (struct hg_str){ from, (size_t)(out - from) };
	log->parts[log->n++].field = NULL;
	return 0;
}

struct hg_access_log *hg_access_log_new(
	const char *format, struct hg_sink *sink, struct hg_err *err)
{
	struct hg_access_log *log = hg_alloc0(sizeof(*log));

	log->is_json = strcmp(format, "json") == 0;
	if (strcmp(format, "combined") == 0)
		format = combined;
	log->literals = hg_alloc(strlen(format) + 1);
	if (!log->is_json && parse(log, format, err) < 0) {
		hg_access_log_free(log);
		return NULL;
	}
	log->sink = sink ? hg_sink_ref(sink) : NULL;
	return log;
}

void hg_access_log_free(struct hg_access_log *log)
{
	if (!log)
		return;
	hg_sink_unref(log->sink);
	hg_free(log->literals);
	hg_free(log);
}

struct hg_sink *hg_access_log_sink(const struct hg_access_log *log)
{
	return log->sink;
}

bool hg_access_log_check(const char *format, struct hg_err *err)
{
	struct hg_access_log *log = hg_access_log_new(format, NULL, err);

	hg_access_log_free(log);
	return log != NULL;
}

/* -- lines ------------------------------------------------------------------------------------- */

/* Values have no control bytes, quotes or backslashes but those of \xHH, which JSON wants doubled.
 */
static void add_json_value(struct hg_text *out, struct hg_str value)
{
	hg_text_add_char(out, '"');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\\')
			hg_text_add_char(out, '\\');
		hg_text_add_char(out, value.p[i]);
	}
	hg_text_add_char(out, '"');
}

static void print_json(const struct hg_request *r, struct hg_text *out)
{
	struct hg_text value;
	bool first = true;

	hg_text_init(&value);
	for (size_t i = 0; i < N_FIELDS; i++) {
		if (!fields[i].in_json)
			continue;
		hg_text_clear(&value);
		fields[i].add(r, &value);
		if (!value.n)
			continue;
		hg_text_printf(out, "%c\"%s\":", first ? '{' : ',', fields[i].name);
		first = false;
		if (fields[i].is_number)
			hg_text_add(out, hg_text_str(&value));
		else
			add_json_value(out, hg_text_str(&value));
	}
	hg_text_add_char(out, '}');
	hg_text_fini(&value);
}

void hg_access_log_print(
	const struct hg_access_log *log, const struct hg_request *r, struct hg_text *out)
{
	if (log->is_json)
		print_json(r, out);
	for (uint32_t i = 0; i < log->n; i++) {
		hg_text_add(out, log->parts[i].before);
		size_t n = out->n;
		if (log->parts[i].field)
			log->parts[i].field->add(r, out);
		if (log->parts[i].field && out->n == n)
			hg_text_add_char(out, '-');
	}
	hg_text_add_char(out, '\n');
}

void hg_access_log_add(const struct hg_access_log *log, const struct hg_request *r)
{
	struct hg_text *line = &r->front->scratch;

	hg_text_clear(line);
	hg_access_log_print(log, r, line);
	(void)hg_sink_put(log->sink, hg_text_str(line));
}
