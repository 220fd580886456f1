#include "host/ask/admin_command.h"

#include "base/text.h"
#include "host/admin/show.h"
#include "host/ask/screen.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_SHOWN 200 /* of a table, without --limit */

static int complain(const char *what, const char *word)
{
	fprintf(stderr, "hubgate: %s %s (hubgate --help says what there is)\n", what, word);
	return 1;
}

static bool find_socket(const struct hg_admin_wish *w, struct hg_address *ret_address)
{
	struct hg_err err = HG_ERR_INIT;
	struct hg_faults faults;
	char bind[256];
	bool found = false;

	if (w->socket) {
		(void)snprintf(bind, sizeof(bind), "unix:%s", w->socket);
		if (hg_address_parse(hg_str(bind), ret_address, &err) >= 0)
			return true;
		complain("--socket:", err.text);
		return false;
	}
	hg_faults_init(&faults);
	struct hg_config *c = hg_config_load(&w->config, &faults);
	if (faults.n_errors) {
		hg_faults_print(&faults, stderr);
	} else if (!c->has_admin) {
		complain("this configuration has no admin socket;", "admin.bind is none");
	} else {
		*ret_address = c->admin_address;
		found = true;
	}
	hg_config_free(c);
	hg_faults_fini(&faults);
	return found;
}

static bool read_rows(const struct hg_admin_wish *w, struct hg_table_wish *ret_rows)
{
	uint64_t limit = w->json ? 0 : ROWS_SHOWN;

	if (w->limit && (!hg_parse_u64(hg_str(w->limit), &limit) || limit > UINT32_MAX)) {
		complain("--limit is how many rows are shown, 0 for all, not", w->limit);
		return false;
	}
	*ret_rows = (struct hg_table_wish){ (uint32_t)limit, w->filter };
	return true;
}

static int ask(const struct hg_admin_wish *w, struct hg_question *q)
{
	struct hg_address address;

	if (!read_rows(w, &q->rows) || !find_socket(w, &address))
		return 1;
	q->raw = w->json;
	int rc = hg_ask(&address, q, stdout, stderr);
	if (rc == HG_ASK_NOBODY && w->json)
		puts("{\"running\":false}");
	return rc ? 1 : 0;
}

int hg_admin_command_status(const struct hg_admin_wish *w)
{
	struct hg_question q = {
		.method = "GET", .target = "/show/status", .print = hg_screen_print
	};

	return ask(w, &q);
}

int hg_admin_command_show(const struct hg_admin_wish *w, const char *what)
{
	char target[256];
	struct hg_question q = { .method = "GET", .target = target };

	if (!what) {
		fputs("hubgate: show what?", stderr);
		for (const struct hg_show_word *word = hg_show_words; word->word; word++)
			fprintf(stderr, " %s", word->word);
		fputs(" INSTANCE INSTANCE/COMMAND\n", stderr);
		return 1;
	}
	if (strcmp(what, "status") == 0)
		return hg_admin_command_status(w);
	(void)snprintf(target, sizeof(target), "/show/%s", what);
	q.listing = hg_listing_find(what);
	return ask(w, &q);
}

static void add_encoded(struct hg_text *out, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.~";

	for (; *s; s++) {
		if (strchr(plain, *s))
			hg_text_add_char(out, *s);
		else
			hg_text_printf(out, "%%%02X", (unsigned char)*s);
	}
}

int hg_admin_command_set(
	const struct hg_admin_wish *w, const char *what, const char *component, const char *level)
{
	struct hg_text target;
	struct hg_question q = { .method = "POST" };

	bool is_log = what && strcmp(what, "log") == 0 && level;
	bool is_strategy = what && strcmp(what, "strategy") == 0 && component && !level;
	if (!is_log && !is_strategy)
		return complain("set log COMPONENT LEVEL or set strategy NAME, not",
			what ? what : "set alone");
	hg_text_init(&target);
	hg_text_add(
		&target, is_log ? HG_STR("/set/log?component=") : HG_STR("/set/strategy?name="));
	add_encoded(&target, component);
	if (is_log) {
		hg_text_add(&target, HG_STR("&level="));
		add_encoded(&target, level);
	}
	q.target = target.p;
	int rc = ask(w, &q);
	hg_text_fini(&target);
	return rc;
}

int hg_admin_command_trace(const struct hg_admin_wish *w, const char *id)
{
	struct hg_text target;
	struct hg_question q = { .method = "GET", .listing = hg_listing_find("trace") };

	if (!id)
		return complain("trace needs a request's id,", "its X-Request-Id");
	hg_text_init(&target);
	hg_text_add(&target, HG_STR("/trace/"));
	add_encoded(&target, id);
	q.target = target.p;
	int rc = ask(w, &q);
	hg_text_fini(&target);
	return rc;
}

int hg_admin_command_reload(const struct hg_admin_wish *w)
{
	struct hg_question q = { .method = "POST", .target = "/reload" };

	return ask(w, &q);
}

int hg_admin_command_send(const struct hg_admin_wish *w, const char *path)
{
	struct hg_question q = { .method = "POST", .target = path };

	if (!path || path[0] != '/')
		return complain("send needs a path:", "/reload, '/set/log?level=debug'");
	return ask(w, &q);
}

/* -- keys -------------------------------------------------------------------------------------- */

/* `key list` where nobody answers: what a start would read. */
static int print_file_keys(const struct hg_admin_wish *w, const struct hg_question *q)
{
	struct hg_faults faults;
	struct hg_text text;

	hg_faults_init(&faults);
	hg_text_init(&text);
	struct hg_config *c = hg_config_load(&w->config, &faults);
	int status = faults.n_errors ? 1 : 0;
	if (status) {
		hg_faults_print(&faults, stderr);
	} else {
		fprintf(stderr, "hubgate: not running; these are the keys of %s\n",
			c->file ? c->file : "the " HG_BUILT_IN);
		hg_clients_print(&c->clients, &text);
		hg_ask_print_answer(q, hg_text_str(&text), stdout);
	}
	hg_config_free(c);
	hg_faults_fini(&faults);
	hg_text_fini(&text);
	return status;
}

int hg_admin_command_keys(const struct hg_admin_wish *w)
{
	struct hg_question q = { .method = "GET",
		.target = "/show/keys",
		.raw = w->json,
		.listing = hg_listing_find("keys") };
	struct hg_address address;
	char *nothing = NULL;
	size_t n;

	if (!read_rows(w, &q.rows) || !find_socket(w, &address))
		return 1;
	FILE *complaints = open_memstream(&nothing, &n);
	int rc = hg_ask(&address, &q, stdout, complaints);
	fclose(complaints);
	if (rc == HG_ASK_NOBODY)
		rc = print_file_keys(w, &q);
	else
		fputs(nothing, stderr);
	free(nothing);
	return rc ? 1 : 0;
}

static const struct hg_node *find_client(const struct hg_config *c, const char *name)
{
	const struct hg_node *list = c->root ? hg_node_find(c->root, "clients") : NULL;

	for (uint32_t i = 0; list && list->kind == HG_NODE_SEQUENCE && i < list->n; i++) {
		const struct hg_node *it = hg_node_find(list->items[i], "name");
		if (it && hg_str_is(it->text, hg_str(name)))
			return list->items[i];
	}
	return NULL;
}

/* True: the running hubgate lets NAME in. */
static bool is_in_force(const struct hg_address *address, const char *name, bool *ret_runs)
{
	const struct hg_question q = { .method = "GET", .target = "/show/keys", .raw = true };
	char *said = NULL, *complaint = NULL;
	size_t n, n_complaint, i;
	FILE *out = open_memstream(&said, &n), *to = open_memstream(&complaint, &n_complaint);
	int rc = hg_ask(address, &q, out, to);
	bool found = false;
	json_t *row;

	fclose(out);
	fclose(to);
	json_t *rows = rc ? NULL : json_loads(said, 0, NULL);
	json_array_foreach(rows, i, row)
	{
		const char *it = json_string_value(json_object_get(row, "name"));
		found |= it && strcmp(it, name) == 0;
	}
	json_decref(rows);
	if (rc == 1)
		fputs(complaint, stderr);
	*ret_runs = rc != HG_ASK_NOBODY;
	free(said);
	free(complaint);
	return found || rc == 1; /* who does not answer is not believed */
}

int hg_admin_command_revoke(const struct hg_admin_wish *w, const char *name)
{
	struct hg_address address;
	struct hg_faults faults;
	bool runs = false;

	if (!name)
		return complain("key revoke needs", "a client's name");
	if (!find_socket(w, &address))
		return 1;
	hg_faults_init(&faults);
	struct hg_config *c = hg_config_load(&w->config, &faults);
	const struct hg_node *it = find_client(c, name);
	const char *file = c->file ? c->file : "the " HG_BUILT_IN;
	bool in_force = is_in_force(&address, name, &runs);
	if (it)
		printf("%s is a client in %s:%u: take its entry out (or one of its hashes), then "
		       "run `hubgate reload`\n",
			name, file, it->place.line);
	else
		printf("%s is no client in %s\n", name, file);
	if (in_force)
		printf("the running hubgate lets it in until then: run `hubgate reload`\n");
	else
		printf(runs ? "the running hubgate does not know it\n" : "no hubgate is running\n");
	hg_config_free(c);
	hg_faults_fini(&faults);
	return it || in_force ? 1 : 0;
}
