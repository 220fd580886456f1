#include "host/ask/ask.h"

#include "base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define ANSWER_MAX (64u << 20)

/* -- the exchange: closed after one reply ---------- */

static bool exchange(int fd, const char *method, const char *target, struct hg_text *reply)
{
	struct hg_text head;
	char bytes[16384];
	ssize_t got;

	hg_text_init(&head);
	hg_text_printf(&head, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n",
		method, target, strcmp(method, "GET") ? "Content-Length: 0\r\n" : "");
	ssize_t sent = write(fd, head.p, head.n);
	bool ok = sent == (ssize_t)head.n;
	hg_text_fini(&head);
	while (ok && (got = read(fd, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		ok = got > 0 && reply->n + (size_t)got <= ANSWER_MAX;
		if (ok)
			hg_text_add(reply, (struct hg_str){ bytes, (size_t)got });
	}
	return ok;
}

/* The body behind the head; HTTP's chunks are not spoken by the admin routes. */
static bool split(const struct hg_text *reply, int *ret_status, struct hg_str *ret_body)
{
	const char *end = reply->n ? memmem(reply->p, reply->n, "\r\n\r\n", 4) : NULL;
	uint64_t status;

	if (!end || reply->n < 12 || !hg_parse_u64((struct hg_str){ reply->p + 9, 3 }, &status))
		return false;
	*ret_status = (int)status;
	*ret_body = (struct hg_str){ end + 4, (size_t)(reply->p + reply->n - end - 4) };
	return true;
}

/* -- for people -------------------------------------------------------------------------------- */

static const struct hg_table_wish everything = { 0 };

static bool has_rows(const json_t *value)
{
	return json_is_object(json_array_get(value, 0));
}

static void print_lines(const json_t *object, FILE *out)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (has_rows(value)) {
			fprintf(out, "%s:\n", key);
			hg_table_print(NULL, value, &everything, 2, out);
			continue;
		}
		char *text = json_is_object(value)
		                     ? json_dumps(value, JSON_INDENT(2) | JSON_REAL_PRECISION(6))
		                     : hg_table_cell(value, NULL, hg_form_of(key, value));
		fprintf(out, "%s: %s\n", key, text ? text : "");
		free(text);
	}
}

static void print_json(const json_t *json, FILE *out)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));

	fprintf(out, "%s\n", text ? text : "");
	free(text);
}

static void print_rows(const struct hg_question *q, json_t *rows, FILE *out)
{
	if (!q->raw) {
		hg_table_print(q->listing ? q->listing->columns : NULL, rows, &q->rows, 0, out);
		return;
	}
	json_t *chosen = hg_table_choose(rows, &q->rows);
	print_json(chosen, out);
	json_decref(chosen);
}

/* What was not asked to be chosen from is printed as it came. */
void hg_ask_print_answer(const struct hg_question *q, struct hg_str body, FILE *out)
{
	bool is_whole = q->raw && !q->rows.limit && !q->rows.filter;
	json_t *json = is_whole ? NULL : json_loadb(body.p, body.n, JSON_DECODE_ANY, NULL);
	json_t *rows = NULL;

	if (json && q->listing)
		rows = hg_listing_rows(q->listing, json);
	else if (json_is_array(json) && (has_rows(json) || !json_array_size(json)))
		rows = json_incref(json);
	if (rows)
		print_rows(q, rows, out);
	else if (!q->raw && json && q->print)
		q->print(json, out);
	else if (!q->raw && json_is_object(json))
		print_lines(json, out);
	else
		fprintf(out, "%.*s\n", (int)body.n, body.p);
	json_decref(rows);
	json_decref(json);
}

void hg_ask_print(struct hg_str body, bool raw, FILE *out)
{
	const struct hg_question q = { .raw = raw };

	hg_ask_print_answer(&q, body, out);
}

/* A refusal has a sentence for people; what else it has is for programs. */
static void print_refusal(struct hg_str body, bool raw, FILE *out)
{
	json_t *json = raw ? NULL : json_loadb(body.p, body.n, 0, NULL);
	const char *message = json_string_value(json_object_get(json, "message"));

	if (message)
		fprintf(out, "hubgate: %s\n", message);
	else
		hg_ask_print(body, raw, out);
	json_decref(json);
}

int hg_ask(const struct hg_address *admin, const struct hg_question *q, FILE *out, FILE *complaints)
{
	struct hg_err err = HG_ERR_INIT;
	struct hg_text reply;
	struct hg_str body = { 0 };
	int status = 0;
	int fd = hg_listen_connect(admin, &err);

	if (fd < 0) {
		bool is_nobody = err.code == HG_ENOTFOUND;
		fprintf(complaints, "hubgate: admin socket %s%s\n", err.text,
			is_nobody                ? ": is hubgate running?"
			: err.code == HG_EDENIED ? ": ask as the user that runs hubgate, or as root"
						 : "");
		return is_nobody ? HG_ASK_NOBODY : 1;
	}
	hg_text_init(&reply);
	bool ok = exchange(fd, q->method, q->target, &reply) && split(&reply, &status, &body);
	close(fd);
	if (!ok) {
		fprintf(complaints, "hubgate: the admin socket did not answer\n");
		status = 0;
	} else if (status < 400) {
		hg_ask_print_answer(q, body, out);
	} else {
		print_refusal(body, q->raw, complaints);
	}
	hg_text_fini(&reply);
	return ok && status < 400 ? 0 : 1;
}
