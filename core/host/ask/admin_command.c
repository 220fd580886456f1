#include "host/ask/admin_command.h"

#include "base/text.h"
#include "host/admin/show.h"
#include "host/ask/explained.h"
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

static bool read_socket(const char *word, struct hg_address *ret_address)
{
	struct hg_err err = HG_ERR_INIT;
	char bind[256];

	(void)snprintf(bind, sizeof(bind), "%s%s", strncmp(word, "unix:", 5) ? "unix:" : "", word);
	if (hg_address_parse(hg_str(bind), ret_address, &err) >= 0)
		return true;
	complain("--socket:", err.text);
	return false;
}

/* A file with mistakes tells it too, unless they are about the socket: who has just made one, and
 * who has not the daemon's environment, wants to know how the daemon is all the more. */
static bool find_socket(const struct hg_admin_wish *w, struct hg_address *ret_address)
{
	struct hg_faults faults;

	if (w->socket)
		return read_socket(w->socket, ret_address);
	hg_faults_init(&faults);
	struct hg_config *c = hg_config_load(&w->config, &faults);
	bool found = c->has_admin;
	if (found) {
		*ret_address = c->admin_address;
	} else if (faults.n_errors) {
		hg_faults_print(&faults, stderr);
		fputs("hubgate: so it does not say where the admin socket is; --socket PATH does\n",
			stderr);
	} else {
		complain("this configuration has no admin socket;", "admin.bind is none");
	}
	hg_config_free(c);
	hg_faults_fini(&faults);
	return found;
}

/* Nobody answers: the mistakes of the file may be why. */
static void print_mistakes(const struct hg_admin_wish *w)
{
	struct hg_faults faults;

	if (w->socket)
		return;
	hg_faults_init(&faults);
	hg_config_free(hg_config_load(&w->config, &faults));
	hg_faults_print(&faults, stderr);
	hg_faults_fini(&faults);
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
	if (rc == HG_ASK_NOBODY)
		print_mistakes(w);
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

	bool is_log = what && strcmp(what, "log") == 0;
	bool is_strategy = what && strcmp(what, "strategy") == 0;
	if (!is_log && !is_strategy)
		return complain("set log COMPONENT LEVEL or set strategy NAME, not",
			what ? what : "set alone");
	if (is_log && !level)
		return complain("set log COMPONENT LEVEL:",
			component ? "a LEVEL is missing" : "a COMPONENT is missing");
	if (is_strategy && (!component || level))
		return complain("set strategy NAME:",
			component ? "one word too many" : "a NAME is missing");
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

static int ask_of_one(
	const struct hg_admin_wish *w, struct hg_question *q, const char *command, const char *id)
{
	struct hg_text target;
	char needs[64];

	(void)snprintf(needs, sizeof(needs), "%s needs a request's id,", command);
	if (!id)
		return complain(needs, "its X-Request-Id");
	hg_text_init(&target);
	hg_text_printf(&target, "/%s/", command);
	add_encoded(&target, id);
	q->method = "GET";
	q->target = target.p;
	int rc = ask(w, q);
	hg_text_fini(&target);
	return rc;
}

int hg_admin_command_trace(const struct hg_admin_wish *w, const char *id)
{
	struct hg_question q = { .listing = hg_listing_find("trace") };

	return ask_of_one(w, &q, "trace", id);
}

int hg_admin_command_explain(const struct hg_admin_wish *w, const char *id)
{
	struct hg_question q = { .print = hg_explained_print };

	return ask_of_one(w, &q, "explain", id);
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
	const struct hg_node *list = hg_node_member(c->root, "clients");

	for (uint32_t i = 0; i < c->clients.n; i++) {
		const char *it = c->clients.items[i].entry.name; /* NULL: one of the faults */
		if (it && strcmp(it, name) == 0)
			return hg_node_item(list, i);
	}
	return NULL;
}

enum force { IN_FORCE, NOT_IN_FORCE, NOT_TOLD, NOBODY };

/* Does the running hubgate let NAME in? */
static enum force force_of(const struct hg_address *address, const char *name)
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
	bool is_told = json_is_array(rows);
	json_array_foreach(rows, i, row)
	{
		const char *it = json_string_value(json_object_get(row, "name"));
		found |= it && strcmp(it, name) == 0;
	}
	json_decref(rows);
	if (rc == 1)
		fputs(complaint, stderr);
	free(said);
	free(complaint);
	if (rc)
		return rc == HG_ASK_NOBODY ? NOBODY : NOT_TOLD;
	if (!is_told)
		return NOT_TOLD;
	return found ? IN_FORCE : NOT_IN_FORCE;
}

static void print_force(enum force force, const struct hg_address *address)
{
	char at[160];

	hg_address_print(address, at, sizeof(at));
	switch (force) {
	case IN_FORCE:
		puts("the running hubgate lets it in until then: run `hubgate reload`");
		break;
	case NOT_IN_FORCE:
		puts("the running hubgate does not know it");
		break;
	case NOT_TOLD: /* why stands on standard error */
		puts("whether the running hubgate lets it in, it did not tell");
		break;
	case NOBODY:
		printf("no hubgate is running at %s\n", at);
		break;
	}
}

int hg_admin_command_revoke(const struct hg_admin_wish *w, const char *name)
{
	struct hg_address address;
	struct hg_faults faults;

	if (!name)
		return complain("key revoke needs", "a client's name");
	if (w->socket && !w->config.file) /* the built-in defaults prove nothing of that daemon */
		return complain("key revoke with --socket needs", "--config FILE as well");
	if (!find_socket(w, &address))
		return 1;
	hg_faults_init(&faults);
	struct hg_config *c = hg_config_load(&w->config, &faults);
	const struct hg_node *it = find_client(c, name);
	const char *file = c->file ? c->file : "the " HG_BUILT_IN;
	enum force force = force_of(&address, name);
	bool is_read = c->root && !hg_faults_has(&faults, "clients"); /* else it proves nothing */
	if (!is_read)
		hg_faults_print(&faults, stderr);
	if (it)
		printf("%s is a client in %s:%u: take its entry out (or one of its hashes), then "
		       "run `hubgate reload`\n",
			name, file, it->place.line);
	else if (c->root)
		printf("%s is no client in %s\n", name, file);
	print_force(force, &address);
	bool is_proof = !it && is_read && (force == NOT_IN_FORCE || force == NOBODY);
	hg_config_free(c);
	hg_faults_fini(&faults);
	return is_proof ? 0 : 1;
}
