#include "host/command/new_command.h"

#include "base/text.h"
#include "host/config/config.h"
#include "host/config/faults.h"
#include "host/command/templates.h"
#include <errno.h>
#include <fcntl.h>
#include <hg/mem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What can be written, and what a later hubgate will bring: `to_come` says why not yet. */
static const struct kind {
	const char *name, *about, *to_come;
} kinds[] = {
	{ "route", "answers a path of its own", NULL },
	{ "phase", "takes part in a request's way", NULL },
	{ "sink", "takes the events of the bus and keeps them", NULL },
	{ "strategy", "says how fast a budget may be spent",
		"the service strategy/1 is provisional (hg/strategy.h), and a plugin for it may "
		"need a "
		"change with each release until it is part of the promise" },
	{ "store", "keeps what must not be lost",
		"the service store/1 is to come, and nobody would call such a plugin today" },
};

enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const char sample[] = "sample"; /* the name in the templates */

static int complain(FILE *complaints, const char *what, const char *word, const char *why)
{
	fprintf(complaints, "hubgate: plugin new: %s%s%s\n", what, word, why);
	return 1;
}

/* -- words ------------------------------------------------------------------------------------- */

static const struct kind *find_kind(const char *word, FILE *complaints)
{
	const char *names[N_KINDS];

	for (uint32_t i = 0; i < N_KINDS; i++) {
		names[i] = kinds[i].name;
		if (word && strcmp(word, kinds[i].name) == 0)
			return &kinds[i];
	}
	const char *meant = word ? hg_meant(hg_str(word), names, N_KINDS) : NULL;
	if (word)
		fprintf(complaints, "hubgate: plugin new: there is no kind \"%s\"", word);
	else
		fputs("hubgate: plugin new needs --kind", complaints);
	if (meant)
		fprintf(complaints, " (did you mean \"%s\"?)", meant);
	fputs(":", complaints);
	for (uint32_t i = 0; i < N_KINDS; i++)
		fprintf(complaints, "%s %s", i ? "," : "", kinds[i].name);
	fputs("\n", complaints);
	return NULL;
}

static bool is_keyword(const char *name)
{
	static const char *const words[] = { "auto", "break", "case", "char", "const", "continue",
		"default", "do", "double", "else", "enum", "extern", "float", "for", "goto", "if",
		"inline", "int", "long", "register", "restrict", "return", "short", "signed",
		"sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void",
		"volatile", "while", "bool", "true", "false", "main" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(name, words[i]) == 0)
			return true;
	return false;
}

/* It becomes a file, an instance, a metric and the beginning of C names. */
static const char *what_is_wrong_with(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (!name[0])
		return "\" is empty";
	if (name[n] || name[0] < 'a' || name[0] > 'z')
		return "\" is no name: a lower-case letter, then lower-case letters, digits and _";
	if (n > HG_PLUGIN_NAME_BYTES)
		return "\" is too long: 32 characters at most";
	if (is_keyword(name))
		return "\" is a word of C";
	if (strcmp(name, "hg") == 0 || strncmp(name, "hg_", 3) == 0 ||
		hg_config_name_is_taken(hg_str(name)))
		return "\" is a name of hubgate's own";
	return NULL;
}

/* -- writing ----------------------------------------------------------------------------------- */

/* `text` with each "sample" as `name`, and "Sample" as it is written in a field's name. */
static void fill_in(struct hg_text *out, struct hg_str text, const char *name)
{
	for (size_t i = 0; i < text.n;) {
		struct hg_str rest = { text.p + i, text.n - i };
		bool is_capital = hg_str_starts(rest, HG_STR("Sample"));
		if (!is_capital && !hg_str_starts(rest, hg_str(sample))) {
			hg_text_add_char(out, text.p[i++]);
			continue;
		}
		size_t at = out->n;
		hg_text_add(out, hg_str(name));
		for (size_t k = at; is_capital && k < out->n; k++)
			out->p[k] = out->p[k] == '_' ? '-' : out->p[k];
		if (is_capital)
			out->p[at] = (char)(out->p[at] - 'a' + 'A');
		i += sizeof(sample) - 1;
	}
}

static bool write_all(int fd, const struct hg_text *text)
{
	for (size_t at = 0; at < text->n;) {
		ssize_t n = write(fd, text->p + at, text->n - at);
		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Behind what is in it already: a kind adds to the common README.md. False: errno. */
static bool append(const char *path, const struct hg_text *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0)
		return false;
	if (write_all(fd, text))
		return close(fd) == 0;
	int why = errno;
	(void)close(fd);
	errno = why;
	return false;
}

/* Is it one of this kind's? `ret_file`: its name in the folder. */
static bool belongs(const struct hg_template *t, const char *kind, const char **ret_file)
{
	const char *slash = strchr(t->path, '/');
	struct hg_str folder = { t->path, (size_t)(slash - t->path) };

	*ret_file = slash + 1;
	return hg_str_is(folder, hg_str("common")) || hg_str_is(folder, hg_str(kind));
}

static void path_in(
	struct hg_text *ret_path, const char *folder, const char *file, const char *name)
{
	hg_text_clear(ret_path);
	hg_text_printf(ret_path, "%s/", folder);
	fill_in(ret_path, hg_str(file), name);
}

static bool write_files(const char *folder, const char *kind, const char *name)
{
	struct hg_text path, text;
	const char *file;
	bool fine = true;

	hg_text_init(&path);
	hg_text_init(&text);
	for (const struct hg_template *t = hg_templates; fine && t->path; t++) {
		if (!belongs(t, kind, &file))
			continue;
		path_in(&path, folder, file, name);
		hg_text_clear(&text);
		fill_in(&text, t->text, name);
		fine = append(path.p, &text);
	}
	int why = errno;
	hg_text_fini(&path);
	hg_text_fini(&text);
	errno = why;
	return fine;
}

static void remove_files(const char *folder, const char *kind, const char *name)
{
	struct hg_text path;
	const char *file;

	hg_text_init(&path);
	for (const struct hg_template *t = hg_templates; t->path; t++) {
		if (!belongs(t, kind, &file))
			continue;
		path_in(&path, folder, file, name);
		(void)unlink(path.p);
	}
	hg_text_fini(&path);
	(void)rmdir(folder);
}

/* As mkdir would have made it; mkdtemp's is for its owner alone. */
static bool open_up(const char *folder)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return chmod(folder, 0777 & ~mask) == 0;
}

/* 0, or errno. */
static int write_folder(const char *dir, const char *final, const char *kind, const char *name)
{
	struct hg_text draft;
	struct stat st;
	int why = 0;

	if (lstat(final, &st) == 0)
		return EEXIST;
	hg_text_init(&draft);
	hg_text_printf(&draft, "%s/.%s-XXXXXX", dir, name);
	if (!mkdtemp(draft.p)) {
		why = errno;
	} else if (!write_files(draft.p, kind, name) || !open_up(draft.p) ||
		   rename(draft.p, final) < 0) {
		why = errno;
		remove_files(draft.p, kind, name);
	}
	hg_text_fini(&draft);
	return why;
}

/* -- the installation -------------------------------------------------------------------------- */

/* `up` folders above this program's file; empty: not known. */
static void find_folder(int up, char *ret_folder, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", ret_folder, size - 1);

	ret_folder[n > 0 ? n : 0] = '\0';
	for (int i = 0; i < up; i++) {
		char *slash = strrchr(ret_folder, '/');
		*(slash ? slash : ret_folder) = '\0';
	}
}

/* A plugin of this name that a daemon finds by itself: `make install` would replace it. */
static bool is_installed(const char *name, struct hg_text *ret_path)
{
	static const struct {
		int up;
		const char *folder;
	} places[] = { { 1, "plugins" }, { 2, "lib/hubgate/plugins" } };
	char folder[4096];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		find_folder(places[i].up, folder, sizeof(folder));
		hg_text_clear(ret_path);
		hg_text_printf(ret_path, "%s/%s/%s.so", folder, places[i].folder, name);
		if (access(ret_path->p, F_OK) == 0)
			return true;
	}
	return false;
}

/* The lib/pkgconfig of the installation that this program belongs to; empty: it is not installed,
 * or pkg-config looks there anyway. */
static void find_pkgconfig(struct hg_text *ret_dir)
{
	char prefix[4096];

	find_folder(2, prefix, sizeof(prefix));
	if (!prefix[0] || strcmp(prefix, "/usr") == 0 || strcmp(prefix, "/usr/local") == 0)
		return;
	hg_text_printf(ret_dir, "%s/lib/pkgconfig/hubgate-plugin.pc", prefix);
	bool is_there = access(ret_dir->p, R_OK) == 0;
	hg_text_clear(ret_dir);
	if (is_there)
		hg_text_printf(ret_dir, "%s/lib/pkgconfig", prefix);
}

/* -- what to do next --------------------------------------------------------------------------- */

/* As a shell reads it: in quotes where it must be. */
static void print_word(FILE *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+,:@%=~";

	if (word[0] && word[0] != '~' && !word[strspn(word, plain)]) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[2]){ *word }, out);
	fputc('\'', out);
}

static void say_next(const char *folder, const char *name, const struct kind *kind, FILE *out)
{
	struct hg_text pkgconfig;

	hg_text_init(&pkgconfig);
	find_pkgconfig(&pkgconfig);
	fprintf(out, "%s: a plugin that %s. Next:\n\n", folder, kind->about);
	fputs("  cd ", out);
	print_word(out, folder);
	if (pkgconfig.n) {
		fputs("\n  export PKG_CONFIG_PATH=", out);
		print_word(out, pkgconfig.p);
	}
	fprintf(out, "\n  make check\n  hubgate plugin check ./%s.so\n", name);
	hg_text_fini(&pkgconfig);
}

int hg_plugin_command_new(
	const char *name, const char *kind_word, const char *dir, FILE *out, FILE *complaints)
{
	struct hg_text folder;

	if (!name)
		return complain(
			complaints, "a NAME is missing: plugin new NAME --kind KIND", "", "");
	const char *wrong = what_is_wrong_with(name);
	if (wrong)
		return complain(complaints, "\"", name, wrong);
	const struct kind *kind = find_kind(kind_word, complaints);
	if (!kind)
		return 1;
	if (kind->to_come) {
		fprintf(complaints, "hubgate: plugin new: kind %s: not yet: %s\n", kind->name,
			kind->to_come);
		return 1;
	}
	hg_text_init(&folder);
	if (is_installed(name, &folder)) {
		fprintf(complaints,
			"hubgate: plugin new: there is a plugin \"%s\", which `make install` would "
			"replace: %s\n",
			name, folder.p);
		hg_text_fini(&folder);
		return 1;
	}
	hg_text_clear(&folder);
	if (dir)
		hg_text_printf(&folder, "%s/", dir);
	hg_text_printf(&folder, "%s", name);
	int why = write_folder(dir ? dir : ".", folder.p, kind->name, name);
	if (why == EEXIST)
		complain(complaints, folder.p, ": is there already", "");
	else if (why)
		complain(complaints, folder.p, ": ", strerrordesc_np(why));
	else
		say_next(folder.p, name, kind, out);
	hg_text_fini(&folder);
	return why == 0 && fflush(out) == 0 ? 0 : 1;
}
