#include "host/config/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <hg/mem.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void hg_text_wipe(struct hg_text *t)
{
	if (t->p)
		explicit_bzero(t->p, t->room);
	hg_text_fini(t);
}

static int put_file(struct hg_str path, struct hg_text *out, struct hg_err *err)
{
	char name[4096], bytes[4096];
	size_t began = out->n;
	struct stat st;

	if (path.n == 0 || path.n >= sizeof(name) || path.p[0] != '/')
		return hg_err_set(err, HG_EINVAL, "${file:…} needs an absolute path");
	snprintf(name, sizeof(name), "%.*s", (int)path.n, path.p);

	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return hg_err_set(err, HG_EINVAL, "${file:%s}: %s", name, strerror(errno));
	if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
		close(fd);
		return hg_err_set(err, HG_EINVAL, "${file:%s}: is not a file", name);
	}
	ssize_t got;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0 && out->n - began <= HG_SECRET_FILE_BYTES)
		hg_text_add(out, (struct hg_str){ bytes, (size_t)got });
	close(fd);
	explicit_bzero(bytes, sizeof(bytes));
	if (got < 0)
		return hg_err_set(err, HG_EINVAL, "${file:%s}: %s", name, strerror(errno));
	if (out->n - began > HG_SECRET_FILE_BYTES)
		return hg_err_set(err, HG_EINVAL, "${file:%s}: larger than %u KiB", name,
			HG_SECRET_FILE_BYTES / 1024);
	if (out->n > began && memchr(out->p + began, 0, out->n - began))
		return hg_err_set(err, HG_EINVAL, "${file:%s}: has a zero byte", name);
	while (out->n > began && (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r'))
		out->p[--out->n] = 0;
	if (out->n == began) /* whoever writes it anew has begun, and not ended */
		return hg_err_set(err, HG_EINVAL, "${file:%s}: is empty", name);
	return 0;
}

static bool is_name(struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return s.n > 0 && s.n < 128;
}

static int put_variable(struct hg_str body, struct hg_text *out, struct hg_err *err)
{
	const char *dash = body.n ? memmem(body.p, body.n, ":-", 2) : NULL;
	struct hg_str name = { body.p, dash ? (size_t)(dash - body.p) : body.n };
	char word[128];

	if (!is_name(name))
		return hg_err_set(err, HG_EINVAL, "${env:…} needs the name of a variable");
	snprintf(word, sizeof(word), "%.*s", (int)name.n, name.p);

	const char *value = getenv(word);
	if (value && value[0]) {
		hg_text_add(out, hg_str(value));
		return 0;
	}
	if (!dash && !value)
		return hg_err_set(err, HG_EINVAL,
			"the environment has no %s (${env:%s:-…} gives a default)", word, word);
	if (dash)
		hg_text_add(out, (struct hg_str){ dash + 2, (size_t)(body.p + body.n - dash - 2) });
	return 0;
}

static int put_reference(struct hg_str body, struct hg_text *out, struct hg_err *err)
{
	struct hg_str env = HG_STR("env:"), file = HG_STR("file:");

	if (hg_str_starts(body, env))
		return put_variable((struct hg_str){ body.p + env.n, body.n - env.n }, out, err);
	if (hg_str_starts(body, file))
		return put_file((struct hg_str){ body.p + file.n, body.n - file.n }, out, err);
	return hg_err_set(err, HG_EINVAL,
		"${…} must be ${env:NAME}, ${env:NAME:-default} or ${file:/path} "
		"($${ is a literal ${)");
}

int hg_interpolate(struct hg_str text, struct hg_text *out, bool *ret_outside, struct hg_err *err)
{
	bool outside = false;

	for (size_t i = 0; i < text.n;) {
		struct hg_str rest = { text.p + i, text.n - i };
		if (hg_str_starts(rest, HG_STR("$${"))) {
			hg_text_add(out, HG_STR("${"));
			i += 3;
			continue;
		}
		if (!hg_str_starts(rest, HG_STR("${"))) {
			hg_text_add_char(out, text.p[i++]);
			continue;
		}
		const char *end = memchr(rest.p, '}', rest.n);
		if (!end)
			return hg_err_set(err, HG_EINVAL, "${ without its }");
		struct hg_str body = { rest.p + 2, (size_t)(end - rest.p) - 2 };
		int rc = put_reference(body, out, err);
		if (rc < 0)
			return rc;
		outside = true;
		i += body.n + 3;
	}
	*ret_outside = outside;
	return 0;
}
