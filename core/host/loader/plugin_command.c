#include "host/loader/plugin_command.h"

#include "base/text.h"
#include "host/config/options.h"
#include "host/loader/plugin.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <hg/mem.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPORT_MAX (1u << 20)
#define FILES_MAX 1024u

/* The first byte of what the child says; without one it did not come to its end. */
enum { IS_FINE = '+', IS_REFUSED = '-' };

typedef void (*describe_fn)(const struct hg_plugin *t, struct hg_text *out);

/* -- what a table says ------------------------------------------------------------------------ */

static const char *or_none(const char *word)
{
	return word && word[0] ? word : "-";
}

static void describe_line(const struct hg_plugin *t, struct hg_text *out)
{
	hg_text_printf(out, "%-16s %-10s", t->name, or_none(t->version));
}

static void describe_fine(const struct hg_plugin *t, struct hg_text *out)
{
	hg_text_printf(out, "%s is fine: %s %s, ABI %u\n", hg_plugin_path(t), t->name,
		or_none(t->version), t->abi);
}

static void add_word(struct hg_text *out, const char *title, uint32_t *n, const char *word)
{
	if (!(*n)++)
		hg_text_printf(out, "%-10s %s", title, word);
	else
		hg_text_printf(out, ", %s", word);
}

static void end_words(struct hg_text *out, uint32_t n)
{
	if (n)
		hg_text_add_char(out, '\n');
}

struct hook {
	const char *name;
	bool is_there, is_phase;
};

static void describe_kind(
	const struct hg_plugin *t, const struct hook *hooks, size_t n_hooks, struct hg_text *out)
{
	uint32_t n = 0;
	bool is_phase = false;
	char kind[64];

	for (size_t i = 0; i < n_hooks; i++)
		is_phase |= hooks[i].is_there && hooks[i].is_phase;
	if (is_phase)
		add_word(out, "kind", &n, "phase");
	if (t->routes && t->routes->methods)
		add_word(out, "kind", &n, "route");
	for (const struct hg_service *s = t->provides; s && s->name; s++) {
		(void)snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(s->name, "/"), s->name);
		add_word(out, "kind", &n, kind);
	}
	if (!n)
		add_word(out, "kind", &n, "of no phase, route or service");
	end_words(out, n);
}

static void describe_hooks(const struct hg_plugin *t, struct hg_text *out)
{
	const struct hook hooks[] = {
		{ "check", t->check, false },
		{ "start", t->start, false },
		{ "adopt", t->adopt, false },
		{ "stop", t->stop, false },
		{ "thread_start", t->thread_start, false },
		{ "thread_stop", t->thread_stop, false },
		{ "on_event", t->on_event, false },
		{ "on_admit", t->on_admit, true },
		{ "on_weigh", t->on_weigh, true },
		{ "on_lookup", t->on_lookup, true },
		{ "on_send", t->on_send, true },
		{ "on_head", t->on_head, true },
		{ "on_keep", t->on_keep, true },
		{ "on_done", t->on_done, true },
	};
	const size_t n_hooks = sizeof(hooks) / sizeof(hooks[0]);
	uint32_t n = 0;

	describe_kind(t, hooks, n_hooks, out);
	for (size_t i = 0; i < n_hooks; i++) {
		if (hooks[i].is_there)
			add_word(out, "hooks", &n, hooks[i].name);
	}
	end_words(out, n);
}

static void describe_services(const struct hg_plugin *t, struct hg_text *out)
{
	char word[160];
	uint32_t n = 0;

	for (const struct hg_service *s = t->provides; s && s->name; s++) {
		(void)snprintf(word, sizeof(word), "%s%s%s", s->name, s->label ? " " : "",
			s->label ? s->label : "");
		add_word(out, "provides", &n, word);
	}
	end_words(out, n);
	n = 0;
	for (const struct hg_need *s = t->needs; s && s->name; s++) {
		(void)snprintf(
			word, sizeof(word), "%s%s", s->name, s->optional ? " (optional)" : "");
		add_word(out, "needs", &n, word);
	}
	end_words(out, n);
	n = 0;
	for (const char *const *topic = t->events; topic && *topic; topic++)
		add_word(out, "events", &n, *topic);
	end_words(out, n);
}

static void describe_rows(const struct hg_plugin *t, struct hg_text *out)
{
	static const char *const types[] = { "?", "counter", "gauge", "histogram" };

	for (const struct hg_route *r = t->routes; r && r->methods; r++)
		hg_text_printf(out, "%-10s %s %s%s%s\n", r == t->routes ? "routes" : "", r->methods,
			r->path, r->about ? ": " : "", r->about ? r->about : "");
	for (const struct hg_metric *m = t->metrics; m && m->name; m++)
		hg_text_printf(out, "%-10s hubgate_%s (%s)%s%s\n", m == t->metrics ? "metrics" : "",
			m->name, types[m->type <= HG_HISTOGRAM ? m->type : 0], m->help ? ": " : "",
			m->help ? m->help : "");
	for (const struct hg_command *c = t->commands; c && c->name; c++)
		hg_text_printf(out, "%-10s %s %s%s%s\n", c == t->commands ? "commands" : "",
			c->changes ? "POST" : "GET", c->name, c->about ? ": " : "",
			c->about ? c->about : "");
}

static void add_type(const struct hg_option *o, struct hg_text *out)
{
	if (o->type == HG_OPT_ENUM)
		hg_text_printf(out, "one of %s", o->choices);
	else if (o->type == HG_OPT_SECRET)
		hg_text_printf(out, "a secret");
	else if (o->type == HG_OPT_REF)
		hg_text_printf(out, "the name of an instance%s%s",
			o->choices ? " that provides " : "", o->choices ? o->choices : "");
	else
		hg_text_printf(out, "%s", hg_option_type_name(o->type));
}

static void describe_options(const struct hg_plugin *t, struct hg_text *out)
{
	for (const struct hg_option *o = t->options; o && o->key; o++) {
		struct hg_str key = hg_option_key(o);
		hg_text_printf(
			out, "%-10s %.*s: ", o == t->options ? "options" : "", (int)key.n, key.p);
		add_type(o, out);
		if (o->deflt)
			hg_text_printf(out, ", default %s", o->deflt[0] ? o->deflt : "\"\"");
		if (o->min)
			hg_text_printf(out, ", at least %s", o->min);
		if (o->max)
			hg_text_printf(out, ", at most %s", o->max);
		if (o->flags & HG_OPT_REQUIRED)
			hg_text_printf(out, ", required");
		if (o->flags & HG_OPT_LIVE)
			hg_text_printf(out, ", live");
		if (o->flags & HG_OPT_DEPRECATED)
			hg_text_printf(out, ", deprecated: write %s", or_none(o->replaced_by));
		hg_text_printf(out, ". %s\n", o->help ? o->help : "");
	}
}

static void describe_page(const struct hg_plugin *t, struct hg_text *out)
{
	hg_text_printf(out, "%s %s%s%s\n", t->name, or_none(t->version), t->about ? ": " : "",
		t->about ? t->about : "");
	hg_text_printf(out, "%-10s %s\n", "file", hg_plugin_path(t));
	hg_text_printf(out, "%-10s %u\n", "ABI", t->abi);
	describe_hooks(t, out);
	describe_services(t, out);
	describe_rows(t, out);
	describe_options(t, out);
	if (t->wants_state)
		hg_text_printf(out, "%-10s has a directory of its own\n", "state");
}

/* -- the child -------------------------------------------------------------------------------- */

/* Loads, describes, and ends without the exit functions of either side. */
static _Noreturn void be_child(int fd, const char *path, describe_fn describe)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	const struct hg_option_list nowhere = { NULL, 0 };
	struct hg_err err = HG_ERR_INIT;
	struct hg_text said;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		(void)signal(
			faults[i], SIG_DFL); /* a sanitizer's would make an exit status of it */
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	hg_text_init(&said);
	const struct hg_plugin *t = hg_plugin_load(path, &nowhere, &err);
	hg_text_add_char(&said, t ? IS_FINE : IS_REFUSED);
	if (t)
		describe(t, &said);
	else
		hg_text_add(&said, hg_str(err.text));
	while (n < said.n) {
		ssize_t wrote = write(fd, said.p + n, said.n - n);
		if (wrote < 0 && errno != EINTR)
			_exit(1);
		n += wrote > 0 ? (size_t)wrote : 0;
	}
	_exit(0);
}

static int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* All that the child says. False: it had no end in `patience_ms`, or is longer than any table. */
static bool read_report(int fd, int patience_ms, struct hg_text *said)
{
	const int64_t until = clock_ms() + patience_ms;
	char piece[4096];

	for (;;) {
		int64_t left = until - clock_ms();
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, left > 0 ? (int)left : 0);
		if (ready == 0 || said->n > REPORT_MAX)
			return false;
		ssize_t n = ready < 0 ? -1 : read(fd, piece, sizeof(piece));
		if (n == 0)
			return true;
		if (n > 0)
			hg_text_add(said, (struct hg_str){ piece, (size_t)n });
		else if (errno != EINTR)
			return true;
	}
}

static int explain_end(
	const char *path, int status, bool ended, int patience_ms, struct hg_err *err)
{
	if (!ended)
		return hg_err_set(err, HG_ETIMEOUT,
			"plugin %s: was still being loaded after %d ms: a constructor hangs", path,
			patience_ms);
	if (WIFSIGNALED(status)) {
		const char *name = sigabbrev_np(WTERMSIG(status));
		return hg_err_set(err, HG_EFAIL, "plugin %s: crashed when it was loaded: SIG%s",
			path, name ? name : "?");
	}
	return hg_err_set(err, HG_EFAIL,
		"plugin %s: ended the process with status %d when it was loaded", path,
		WEXITSTATUS(status));
}

/* Adds to `out` what `describe` says of the file. 0, or an HG_E… and err. */
static int look(const char *path, describe_fn describe, int patience_ms, struct hg_text *out,
	struct hg_err *err)
{
	int fds[2], status = 0;
	struct hg_text said;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return hg_err_set(err, HG_EIO, "pipe: %s", strerrordesc_np(errno));
	(void)fflush(NULL); /* what is buffered is not the child's to write */
	pid_t child = fork();
	if (child == 0) {
		close(fds[0]);
		be_child(fds[1], path, describe);
	}
	close(fds[1]);
	if (child < 0) {
		close(fds[0]);
		return hg_err_set(err, HG_EIO, "fork: %s", strerrordesc_np(errno));
	}
	hg_text_init(&said);
	bool ended = read_report(fds[0], patience_ms, &said);
	close(fds[0]);
	if (!ended)
		(void)kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	int rc = 0;
	if (!ended || !said.n || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		rc = explain_end(path, status, ended, patience_ms, err);
	else if (said.p[0] == IS_FINE)
		hg_text_add(out, (struct hg_str){ said.p + 1, said.n - 1 });
	else
		rc = hg_err_set(err, HG_EINVAL, "%s", said.p + 1);
	hg_text_fini(&said);
	return rc;
}

static void describe_nothing(const struct hg_plugin *t, struct hg_text *out)
{
	(void)t;
	(void)out;
}

int hg_plugin_command_try(const char *path, int patience_ms, struct hg_err *err)
{
	struct hg_text out;

	hg_text_init(&out);
	int rc = look(path, describe_nothing, patience_ms, &out, err);
	hg_text_fini(&out);
	return rc;
}

/* -- commands --------------------------------------------------------------------------------- */

static int command_on_file(
	const char *file, describe_fn describe, int patience_ms, FILE *out, FILE *complaints)
{
	struct hg_err err = HG_ERR_INIT;
	struct hg_text text;

	if (!file) {
		fputs("hubgate: plugin info and plugin check need a FILE.so\n", complaints);
		return 1;
	}
	char *path = realpath(file, NULL); /* the loader takes a name, or a path from / */
	if (!path) {
		fprintf(complaints, "hubgate: plugin %s: there is no such file%s\n", file,
			strchr(file, '.') ? "" : " (`hubgate plugin list` says where plugins are)");
		return 1;
	}
	hg_text_init(&text);
	int rc = look(path, describe, patience_ms, &text, &err);
	if (rc < 0)
		fprintf(complaints, "hubgate: %s\n", err.text);
	else
		fputs(text.p, out);
	hg_text_fini(&text);
	free(path);
	return rc == 0 && fflush(out) == 0 ? 0 : 1;
}

int hg_plugin_command_describe(const char *file, int patience_ms, FILE *out, FILE *complaints)
{
	return command_on_file(file, describe_page, patience_ms, out, complaints);
}

int hg_plugin_command_check(const char *file, int patience_ms, FILE *out, FILE *complaints)
{
	return command_on_file(file, describe_fine, patience_ms, out, complaints);
}

static int is_library(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 3 && strcmp(entry->d_name + n - 3, ".so") == 0;
}

static bool list_file(const char *path, int patience_ms, FILE *out)
{
	struct hg_err err = HG_ERR_INIT;
	struct hg_text line;

	hg_text_init(&line);
	int rc = look(path, describe_line, patience_ms, &line, &err);
	if (rc < 0)
		fprintf(out, "%-16s %-10s %s\n", "-", "refused", err.text);
	else
		fprintf(out, "%s %s\n", line.p, path);
	hg_text_fini(&line);
	return rc == 0;
}

int hg_plugin_command_list(
	const struct hg_option_list *dirs, int patience_ms, FILE *out, FILE *complaints)
{
	char path[4096];
	uint32_t n_files = 0, n_refused = 0;

	for (uint32_t i = 0; i < dirs->n; i++) {
		struct dirent **entries = NULL;
		int n = scandir(dirs->items[i], &entries, is_library, alphasort);
		for (int k = 0; k < n; k++) {
			(void)snprintf(
				path, sizeof(path), "%s/%s", dirs->items[i], entries[k]->d_name);
			char *real = realpath(path, NULL);
			if (real && n_files++ < FILES_MAX)
				n_refused += !list_file(real, patience_ms, out);
			free(real);
			free(entries[k]);
		}
		free(entries);
	}
	if (!n_files) {
		fputs("hubgate: there is no .so on the plugin path:", complaints);
		for (uint32_t i = 0; i < dirs->n; i++)
			fprintf(complaints, " %s", dirs->items[i]);
		fputs("\n", complaints);
	}
	return n_files && !n_refused && fflush(out) == 0 ? 0 : 1;
}
