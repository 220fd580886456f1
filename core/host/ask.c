#include "host/ask.h"

#include "base/text.h"
#include <errno.h>
#include <jansson.h>
#include <unistd.h>

#define ANSWER_MAX (64u << 20)
#define COLUMNS_MAX 24

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

static char *cell(const json_t *value)
{
	if (json_is_string(value))
		return strdup(json_string_value(value));
	return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
}

static void print_table(const json_t *rows, int indent, FILE *out)
{
	const char *keys[COLUMNS_MAX], *key;
	size_t widths[COLUMNS_MAX], n = 0, i;
	json_t *row, *value;

	json_object_foreach(json_array_get(rows, 0), key, value)
	{
		if (n == COLUMNS_MAX)
			break;
		widths[n] = strlen(key);
		keys[n++] = key;
	}
	json_array_foreach(rows, i, row)
	{
		for (size_t k = 0; k < n; k++) {
			char *text = cell(json_object_get(row, keys[k]));
			if (text && strlen(text) > widths[k])
				widths[k] = strlen(text);
			free(text);
		}
	}
	fprintf(out, "%*s", indent, "");
	for (size_t k = 0; k < n; k++)
		fprintf(out, "%-*s%s", k + 1 < n ? (int)widths[k] : 0, keys[k],
			k + 1 < n ? "  " : "\n");
	json_array_foreach(rows, i, row)
	{
		fprintf(out, "%*s", indent, "");
		for (size_t k = 0; k < n; k++) {
			char *text = cell(json_object_get(row, keys[k]));
			fprintf(out, "%-*s%s", k + 1 < n ? (int)widths[k] : 0, text ? text : "",
				k + 1 < n ? "  " : "\n");
			free(text);
		}
	}
}

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
			print_table(value, 2, out);
			continue;
		}
		char *text = json_is_object(value)
		                     ? json_dumps(value, JSON_INDENT(2) | JSON_REAL_PRECISION(6))
		                     : cell(value);
		fprintf(out, "%s: %s\n", key, text ? text : "");
		free(text);
	}
}

void hg_ask_print(struct hg_str body, bool raw, FILE *out)
{
	json_t *json = raw ? NULL : json_loadb(body.p, body.n, JSON_DECODE_ANY, NULL);

	if (json_is_array(json) && json_array_size(json) == 0)
		fprintf(out, "nothing\n");
	else if (has_rows(json))
		print_table(json, 0, out);
	else if (json_is_object(json))
		print_lines(json, out);
	else
		fprintf(out, "%.*s\n", (int)body.n, body.p);
	json_decref(json);
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

int hg_ask(const struct hg_address *admin, const char *method, const char *target, bool raw,
	FILE *out, FILE *complaints)
{
	struct hg_err err = HG_ERR_INIT;
	struct hg_text reply;
	struct hg_str body;
	int status = 0;
	int fd = hg_listen_connect(admin, &err);

	if (fd < 0) {
		fprintf(complaints, "hubgate: admin socket %s: is hubgate running?\n", err.text);
		return 1;
	}
	hg_text_init(&reply);
	bool ok = exchange(fd, method, target, &reply) && split(&reply, &status, &body);
	close(fd);
	if (!ok) {
		fprintf(complaints, "hubgate: the admin socket did not answer\n");
		status = 0;
	} else if (status < 400) {
		hg_ask_print(body, raw, out);
	} else {
		print_refusal(body, raw, complaints);
	}
	hg_text_fini(&reply);
	return ok && status < 400 ? 0 : 1;
}
