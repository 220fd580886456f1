#include "host/loader/plugin.h"

#include "base/metric.h"
#include "base/stamp.h"
#include "base/text.h"
#include "host/config/core_options.h"
#include "host/loader/elf_file.h"
#include "host/config/faults.h"
#include "host/config/options.h"
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS_MAX 512u
#define CONF_MAX (1u << 20)
#define SELF_MAX (64u << 20)

struct file { /* a loaded one */
	struct file *next;
	struct hg_plugin table; /* of this hubgate's size */
	char *path;             /* real path */
	struct hg_stamp stamp;  /* when it was loaded */
};

static struct file *files; /* host thread only; they stay until exit */

/* Every name a plugin could have meant: the .so files of the folders. */
struct shelf {
	const char *names[HG_PLUGIN_NAMES_MAX];
	uint32_t n;
};

static void fill_shelf(struct shelf *shelf, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d)) && shelf->n < HG_PLUGIN_NAMES_MAX) {
		size_t n = strlen(entry->d_name);
		if (n > 3 && strcmp(entry->d_name + n - 3, ".so") == 0)
			shelf->names[shelf->n++] = hg_strndup(entry->d_name, n - 3);
	}
	if (d)
		closedir(d);
}

static int refuse_missing(const char *use, const struct hg_option_list *dirs, struct hg_err *err)
{
	struct shelf shelf = { .n = 0 };
	struct hg_text where;

	hg_text_init(&where);
	for (uint32_t i = 0; i < dirs->n; i++) {
		hg_text_printf(&where, "%s%s", i ? ", " : "", dirs->items[i]);
		fill_shelf(&shelf, dirs->items[i]);
	}
	size_t n = strlen(use);
	bool has_end = n > 3 && strcmp(use + n - 3, ".so") == 0; /* `use` is written without */
	struct hg_str name = { use, has_end ? n - 3 : n };
	const char *meant = hg_meant(name, shelf.names, shelf.n);
	hg_err_set(err, HG_ENOTFOUND, "plugin \"%s\": there is no %s.so in %.300s%s%s%s", use, use,
		where.n ? where.p : "an empty plugin_path", meant ? " (did you mean \"" : "",
		meant ? meant : "", meant ? "\"?)" : "");
	for (uint32_t i = 0; i < shelf.n; i++)
		hg_free((char *)shelf.names[i]);
	hg_text_fini(&where);
	return HG_ENOTFOUND;
}

/* The real path (from malloc), or NULL and err. */
static char *find_file(const char *use, const struct hg_option_list *dirs, struct hg_err *err)
{
	char path[4096];
	char *found = NULL;

	if (use[0] == '/') {
		found = realpath(use, NULL);
		if (!found)
			hg_err_set(err, HG_ENOTFOUND, "plugin %s: there is no such file", use);
		return found;
	}
	if (strchr(use, '/')) {
		hg_err_set(err, HG_EINVAL,
			"plugin \"%s\": write a name, or a path that begins with /", use);
		return NULL;
	}
	for (uint32_t i = 0; i < dirs->n && !found; i++) {
		snprintf(path, sizeof(path), "%s/%s.so", dirs->items[i], use);
		found = realpath(path, NULL);
	}
	if (!found)
		refuse_missing(use, dirs, err);
	return found;
}

/* -- accepting a table ---------------------------------------------------------------------- */

/* A copy of `rows` (rows of `row_size` bytes, the last one empty) with rows of `our_size`. A row
 * is empty when its first pointer is NULL. */
static int copy_rows(const char *what, const void *rows, uint32_t row_size, uint32_t our_size,
	const void **ret_rows, struct hg_err *err)
{
	uint32_t n = 0;

	*ret_rows = NULL;
	if (!rows)
		return 0;
	if (row_size < our_size)
		return hg_err_set(err, HG_EABI,
			"a row of its %s has %u bytes, ABI %u has %u: HG_PLUGIN_ROWS is missing, "
			"or rebuild it",
			what, row_size, HG_ABI, our_size);
	for (const char *p = rows;; p += row_size, n++) {
		const void *first;
		memcpy(&first, p, sizeof(first));
		if (!first)
			break;
		if (n == ROWS_MAX)
			return hg_err_set(err, HG_EINVAL,
				"more than %u %s: is the empty last row missing?", ROWS_MAX, what);
	}
	char *ours = hg_alloc0((n + 1) * (size_t)our_size);
	for (uint32_t i = 0; i < n; i++)
		memcpy(ours + (size_t)i * our_size, (const char *)rows + (size_t)i * row_size,
			our_size);
	*ret_rows = ours;
	return 0;
}

static int copy_arrays(struct hg_plugin *t, struct hg_err *err)
{
	struct {
		const char *what;
		const void *rows;
		uint32_t *row_size, our_size;
		const void *ours;
	} arrays[] = {
		{ "options", t->options, &t->option_row, sizeof(struct hg_option), NULL },
		{ "routes", t->routes, &t->route_row, sizeof(struct hg_route), NULL },
		{ "metrics", t->metrics, &t->metric_row, sizeof(struct hg_metric), NULL },
		{ "commands", t->commands, &t->command_row, sizeof(struct hg_command), NULL },
		{ "services", t->provides, &t->service_row, sizeof(struct hg_service), NULL },
		{ "needs", t->needs, &t->need_row, sizeof(struct hg_need), NULL },
	};

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
		int rc = copy_rows(arrays[i].what, arrays[i].rows, *arrays[i].row_size,
			arrays[i].our_size, &arrays[i].ours, err);
		if (rc < 0) {
			while (i-- > 0)
				hg_free((void *)(uintptr_t)arrays[i].ours);
			return rc;
		}
		*arrays[i].row_size = arrays[i].our_size;
	}
	t->options = arrays[0].ours;
	t->routes = arrays[1].ours;
	t->metrics = arrays[2].ours;
	t->commands = arrays[3].ours;
	t->provides = arrays[4].ours;
	t->needs = arrays[5].ours;
	return 0;
}

static void free_arrays(struct hg_plugin *t)
{
	const void *const arrays[] = { t->options, t->routes, t->metrics, t->commands, t->provides,
		t->needs };

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		hg_free((void *)(uintptr_t)arrays[i]);
}

static int check_arrays(const struct hg_plugin *t, struct hg_err *err)
{
	for (const struct hg_route *r = t->routes; r && r->methods; r++) {
		if (!r->path || r->path[0] != '/' || !r->on_request)
			return hg_err_set(err, HG_EINVAL,
				"a route (%s) has no path or no on_request", r->methods);
	}
	for (const struct hg_command *c = t->commands; c && c->name; c++) {
		if (!c->run)
			return hg_err_set(err, HG_EINVAL, "command \"%s\" has no run", c->name);
	}
	for (const struct hg_service *s = t->provides; s && s->name; s++) {
		if (!s->vtable || !strchr(s->name, '/'))
			return hg_err_set(err, HG_EINVAL,
				"service \"%s\" has no version or no vtable", s->name);
	}
	for (const struct hg_option *o = t->options; o && o->key; o++)
		for (const char *const *word = hg_plugin_entry_words; *word; word++)
			if (hg_str_is(hg_option_key(o), hg_str(*word)))
				return hg_err_set(err, HG_EINVAL,
					"an option may not be called \"%s\": each entry of "
					"`plugins:` has it",
					*word);
	int rc = hg_options_check(t->options, t->conf_size, err);
	if (rc < 0)
		return rc;
	if (t->metrics && !hg_metrics_declare(t->name, t->metrics, t->metric_row, err))
		return HG_EINVAL;
	return 0;
}

/* The fixed part: what must be right before anything else is read. */
static int check_head(const struct hg_plugin *foreign, struct hg_err *err)
{
	if (foreign->abi != HG_ABI)
		return hg_err_set(err, HG_EABI,
			"is built for ABI %u, this hubgate has ABI %u: rebuild it with this "
			"hubgate's headers",
			foreign->abi, HG_ABI);
	if (foreign->size < HG_PLUGIN_MIN_SIZE)
		return hg_err_set(err, HG_EABI,
			"its table has %u bytes, ABI %u begins with %zu: .size must be "
			"sizeof(struct hg_plugin)",
			foreign->size, HG_ABI, HG_PLUGIN_MIN_SIZE);
	if (!foreign->name || !foreign->name[0])
		return hg_err_set(err, HG_EINVAL, "its table has no name");
	if (foreign->conf_size > CONF_MAX || foreign->self_size > SELF_MAX)
		return hg_err_set(err, HG_ETOOBIG, "its conf_size or self_size is out of bounds");
	return 0;
}

static int accept(const struct hg_plugin *foreign, struct hg_plugin *ret_table, struct hg_err *err)
{
	struct hg_plugin t = { 0 };
	int rc = check_head(foreign, err);

	if (rc < 0)
		return rc;
	memcpy(&t, foreign, foreign->size < sizeof(t) ? foreign->size : sizeof(t));
	t.size = sizeof(t);
	rc = copy_arrays(&t, err);
	if (rc < 0)
		return rc;
	rc = check_arrays(&t, err);
	if (rc < 0) {
		free_arrays(&t);
		return rc;
	}
	*ret_table = t;
	return 0;
}

const struct hg_plugin *hg_plugin_accept(
	const struct hg_plugin *foreign, const char *where, struct hg_err *err)
{
	struct hg_plugin table;

	if (accept(foreign, &table, err) < 0) {
		hg_err_wrap(err, "plugin %s", where);
		return NULL;
	}
	struct file *f = hg_alloc0(sizeof(*f));
	f->table = table;
	f->path = hg_strndup(where, strlen(where));
	f->stamp = hg_stamp_of(where);
	f->next = files;
	files = f;
	return &f->table;
}

/* -- loading ---------------------------------------------------------------------------------- */

static const struct hg_plugin *open_file(const char *path, struct hg_err *err)
{
	const struct hg_plugin *(*entry)(void) = NULL;

	if (hg_elf_check(path, err) < 0) {
		hg_err_wrap(err, "plugin %s", path);
		return NULL;
	}
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (!library) {
		const char *why = dlerror();
		size_t n = strlen(path);
		if (why && strncmp(why, path, n) == 0 && why[n] == ':')
			why += n + 2; /* dlerror names the file already */
		hg_err_set(err, HG_EABI, "plugin %s: can not be loaded: %s", path,
			why ? why : "no reason given");
		return NULL;
	}
	*(void **)&entry = dlsym(library, "hg_plugin_table");
	const struct hg_plugin *foreign = entry ? entry() : NULL;
	if (!foreign) {
		hg_err_set(err, HG_EABI,
			"plugin %s: exports no hg_plugin_table: it is no plugin of hubgate", path);
		return NULL;
	}
	return hg_plugin_accept(foreign, path, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

uint32_t hg_plugin_list(
	const struct hg_option_list *dirs, const char *ret_names[HG_PLUGIN_NAMES_MAX])
{
	struct shelf shelf = { .n = 0 };
	uint32_t n = 0;

	for (uint32_t i = 0; i < dirs->n; i++)
		fill_shelf(&shelf, dirs->items[i]);
	qsort(shelf.names, shelf.n, sizeof(shelf.names[0]), by_name);
	for (uint32_t i = 0; i < shelf.n; i++) {
		if (n && strcmp(ret_names[n - 1], shelf.names[i]) == 0)
			hg_free((char *)shelf.names[i]);
		else
			ret_names[n++] = shelf.names[i];
	}
	return n;
}

static const struct hg_plugin *find_loaded(const char *path)
{
	for (const struct file *f = files; f; f = f->next) {
		if (strcmp(f->path, path) == 0)
			return &f->table;
	}
	return NULL;
}

const struct hg_plugin *hg_plugin_load_tried(const char *use, const struct hg_option_list *dirs,
	int (*trial)(const char *path, struct hg_err *err), struct hg_err *err)
{
	const struct hg_plugin *table = find_loaded(use); /* one without a file, too */
	char *path = table ? NULL : find_file(use, dirs, err);

	if (path)
		table = find_loaded(path);
	if (path && !table && (!trial || trial(path, err) == 0))
		table = open_file(path, err);
	free(path);
	return table;
}

const struct hg_plugin *hg_plugin_load(
	const char *use, const struct hg_option_list *dirs, struct hg_err *err)
{
	return hg_plugin_load_tried(use, dirs, NULL, err);
}

static const struct file *file_of(const struct hg_plugin *table)
{
	const struct file *f = files;

	while (f && &f->table != table)
		f = f->next;
	return f;
}

bool hg_plugin_is_replaced(const struct hg_plugin *table)
{
	const struct file *f = file_of(table);
	struct hg_stamp now = hg_stamp_of(f ? f->path : NULL);

	return f && !hg_stamp_is_same(&now, &f->stamp);
}

const char *hg_plugin_path(const struct hg_plugin *table)
{
	const struct file *f = file_of(table);

	return f ? f->path : "?";
}
