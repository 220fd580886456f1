#include "host/command/config_schema.h"

#include "base/text.h"
#include "host/config/config.h"
#include "host/config/credentials.h"
#include "host/loader/plugin.h"
#include "host/loader/trial.h"
#include <hg/err.h>
#include <hg/mem.h>
#include <jansson.h>
#include <stdlib.h>

/* Every value may also be null (`key:` alone leaves the default) and hold ${…}. */
static const char pieces[] =
	"{\"reference\":{\"type\":\"string\",\"pattern\":\"\\\\$\\\\{\"},"
	"\"number\":{\"type\":[\"string\",\"null\"],\"pattern\":\"^-?[0-9]+$|\\\\$\\\\{\"},"
	"\"switch\":{\"type\":[\"boolean\",\"string\",\"null\"],"
	"\"pattern\":\"^(true|false|yes|no|on|off)$|\\\\$\\\\{\"},"
	"\"duration\":{\"anyOf\":[{\"const\":0},{\"type\":[\"string\",\"null\"],"
	"\"pattern\":\"^(0|[0-9]+(us|ms|s|min|h|d))$|\\\\$\\\\{\"}]},"
	"\"size\":{\"anyOf\":[{\"const\":0},{\"type\":[\"string\",\"null\"],"
	"\"pattern\":\"^(0|[0-9]+(B|KiB|MiB|GiB|kB|MB|GB))$|\\\\$\\\\{\"}]},"
	"\"share\":{\"anyOf\":[{\"type\":\"number\",\"minimum\":0,\"maximum\":1},"
	"{\"type\":[\"string\",\"null\"],"
	"\"pattern\":\"^[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?%?$|\\\\$\\\\{\"}]},"
	"\"word\":{\"type\":[\"string\",\"number\",\"boolean\",\"null\"]},"
	"\"words\":{\"anyOf\":[{\"$ref\":\"#/$defs/word\"},{\"type\":\"array\","
	"\"maxItems\":1000,\"items\":{\"$ref\":\"#/$defs/word\"}}]},"
	"\"names\":{\"type\":[\"object\",\"null\"],\"maxProperties\":1000,"
	"\"additionalProperties\":{\"$ref\":\"#/$defs/word\"}}}";

static json_t *ref(const char *piece)
{
	return json_pack("{s:s+}", "$ref", "#/$defs/", piece);
}

/* -- one row ----------------------------------------------------------------------------------- */

/* What YAML makes of an unquoted word that is no string: 1.2 and no. NULL = it is one. */
static json_t *unquoted(struct hg_str word)
{
	double d;

	if (hg_str_is(word, HG_STR("yes")) || hg_str_is(word, HG_STR("on")))
		return json_true();
	if (hg_str_is(word, HG_STR("no")) || hg_str_is(word, HG_STR("off")))
		return json_false();
	return hg_parse_double(word, &d) ? json_real(d) : NULL;
}

static json_t *choices_of(const struct hg_option *row)
{
	json_t *words = json_array();

	for (const char *p = row->choices; *p;) {
		struct hg_str word = { p, strcspn(p, "|") };
		json_t *bare = unquoted(word);
		json_array_append_new(words, json_stringn(word.p, word.n));
		if (bare)
			json_array_append_new(words, bare);
		p += word.n + (p[word.n] == '|');
	}
	json_array_append_new(words, json_null());
	return json_pack("{s:[{s:o},o]}", "anyOf", "enum", words, ref("reference"));
}

static json_t *number_of(const struct hg_option *row)
{
	json_t *number = json_pack("{s:s}", "type", "integer");
	int64_t bound;

	if (row->min && hg_parse_i64(hg_str(row->min), &bound))
		json_object_set_new(number, "minimum", json_integer(bound));
	if (row->max && hg_parse_i64(hg_str(row->max), &bound))
		json_object_set_new(number, "maximum", json_integer(bound));
	return json_pack("{s:[o,o]}", "anyOf", number, ref("number"));
}

static json_t *value_of(const struct hg_option *row)
{
	switch (row->type) {
	case HG_OPT_BOOL:
		return ref("switch");
	case HG_OPT_INT:
		return number_of(row);
	case HG_OPT_BYTES:
		return ref("size");
	case HG_OPT_USEC:
		return ref("duration");
	case HG_OPT_ENUM:
		return choices_of(row);
	case HG_OPT_SHARE:
		return ref("share");
	case HG_OPT_LIST:
		return ref("words");
	case HG_OPT_MAP:
		return ref("names");
	default:
		return ref("word");
	}
}

static json_t *words_of(const char *deflt)
{
	json_t *words = json_array();

	for (const char *p = deflt; *p;) {
		size_t n = strcspn(p, ",");
		json_array_append_new(words, json_stringn(p, n));
		p += n;
		p += strspn(p, ", ");
	}
	return words;
}

/* NULL = none. */
static json_t *default_of(const struct hg_option *row)
{
	int64_t i;

	if (!row->deflt || row->type == HG_OPT_SECRET || row->type == HG_OPT_MAP)
		return NULL;
	if (row->type == HG_OPT_LIST)
		return words_of(row->deflt);
	if (row->type == HG_OPT_BOOL)
		return json_boolean(strcmp(row->deflt, "true") == 0);
	if (row->type == HG_OPT_INT && hg_parse_i64(hg_str(row->deflt), &i))
		return json_integer(i);
	return json_string(row->deflt);
}

/* The help, and what the schema can not say otherwise. */
static json_t *description_of(const struct hg_option *row, bool is_core)
{
	bool has_unit = row->type != HG_OPT_INT && (row->min || row->max);
	struct hg_text text;

	hg_text_init(&text);
	hg_text_add(&text, hg_str(row->help ? row->help : ""));
	if (has_unit && row->min && row->max)
		hg_text_printf(&text, " From %s to %s.", row->min, row->max);
	else if (has_unit)
		hg_text_printf(&text, " At %s %s.", row->min ? "least" : "most",
			row->min ? row->min : row->max);
	if (is_core && !(row->flags & HG_OPT_LIVE))
		hg_text_add(&text, HG_STR(" A change needs a restart."));
	if (row->flags & HG_OPT_DEPRECATED)
		hg_text_printf(&text, " Deprecated: write %s.",
			row->replaced_by ? row->replaced_by : "nothing instead");
	json_t *said = json_stringn(text.p ? text.p : "", text.n);
	hg_text_fini(&text);
	return said;
}

static void add_row(json_t *object, const struct hg_option *row, bool is_core)
{
	struct hg_str key = hg_option_key(row);
	json_t *schema = value_of(row), *deflt = default_of(row);
	char *word = hg_strndup(key.p, key.n);

	json_object_set_new(schema, "description", description_of(row, is_core));
	if (deflt)
		json_object_set_new(schema, "default", deflt);
	if (row->flags & HG_OPT_DEPRECATED)
		json_object_set_new(schema, "deprecated", json_true());
	json_object_set_new(json_object_get(object, "properties"), word, schema);
	if (row->flags & HG_OPT_REQUIRED) {
		if (!json_object_get(object, "required"))
			json_object_set_new(object, "required", json_array());
		json_array_append_new(json_object_get(object, "required"), json_string(word));
	}
	hg_free(word);
}

/* -- mappings ---------------------------------------------------------------------------------- */

static void add_rows(json_t *object, const struct hg_option *rows, bool is_core)
{
	for (const struct hg_option *row = rows; row && row->key; row++)
		add_row(object, row, is_core);
}

static json_t *mapping(const struct hg_option *rows)
{
	json_t *object = json_pack(
		"{s:s,s:b,s:{}}", "type", "object", "additionalProperties", 0, "properties");

	add_rows(object, rows, true);
	return object;
}

/* One that may also be left empty. */
static json_t *section(const struct hg_option *rows)
{
	json_t *object = mapping(rows);

	json_object_set_new(object, "type", json_pack("[s,s]", "object", "null"));
	return object;
}

static void add_key(json_t *object, const char *key, json_t *schema)
{
	json_object_set_new(json_object_get(object, "properties"), key, schema);
}

static json_t *sequence(json_t *item, int most, const char *description)
{
	return json_pack("{s:[s,s],s:i,s:o,s:s}", "type", "array", "null", "maxItems", most,
		"items", item, "description", description);
}

static json_t *listener(void)
{
	json_t *object = mapping(hg_listener_options);

	add_key(object, "tls", section(hg_tls_options));
	return object;
}

/* One, or a list of those that have an alias; not both. */
static void add_credentials(json_t *object)
{
	json_t *entry = mapping(hg_credential_options);
	json_t *many = NULL;

	json_object_set_new(entry, "required", json_pack("[s]", "alias"));
	many = sequence(
		entry, HG_CREDENTIALS_MAX, "Several tokens and Apps, which are used as one pool.");
	json_object_set_new(many, "minItems", json_integer(1));
	add_key(object, HG_CREDENTIAL_KEY, section(hg_credential_options));
	add_key(object, HG_CREDENTIALS_KEY, many);
	json_object_set_new(object, "not",
		json_pack("{s:[s,s],s:{s:{s:s},s:{s:s}}}", "required", HG_CREDENTIAL_KEY,
			HG_CREDENTIALS_KEY, "properties", HG_CREDENTIAL_KEY, "type", "object",
			HG_CREDENTIALS_KEY, "type", "array"));
}

static json_t *further_upstream(void)
{
	json_t *object = mapping(hg_upstream_entry_options);

	add_rows(object, hg_upstream_options, true);
	add_credentials(object);
	json_array_append_new(json_object_get(object, "required"), json_string("base_url"));
	return object;
}

static json_t *client(void)
{
	json_t *object = mapping(hg_client_options);
	json_t *hash = json_pack("{s:s,s:s,s:s}", "type", "string", "pattern",
		"^sha256:[0-9a-fA-F]{64}$|\\$\\{", "description",
		"What `hubgate key new` printed for it.");
	json_t *one = json_pack("{s:[O,o]}", "anyOf", hash, mapping(hg_key_options));
	json_t *many = json_pack("{s:s,s:i,s:O}", "type", "array", "minItems", 1, "items", one);

	add_key(object, "key_hash", one);
	add_key(object, "key_hashes", many);
	json_decref(hash);
	json_object_set_new(object, "anyOf",
		json_pack("[{s:[s]},{s:[s]}]", "required", "key_hash", "required", "key_hashes"));
	return object;
}

/* -- plugins ----------------------------------------------------------------------------------- */

/* If `use:` is this, then the entry is its table's. */
static json_t *choice(const char *use, const char *piece)
{
	return json_pack("{s:{s:{s:{s:s}},s:[s]},s:o}", "if", "properties", "use", "const", use,
		"required", "use", "then", ref(piece));
}

static void add_plugin(const char *use, const struct hg_plugin *table, json_t *root, json_t *entry)
{
	json_t *object = mapping(hg_plugin_entry_options);
	char piece[300];

	snprintf(piece, sizeof(piece), "plugin-%s", use);
	if (table->about)
		json_object_set_new(object, "description", json_string(table->about));
	add_rows(object, table->options, false);
	add_key(object, "when", section(hg_when_options));
	json_object_set_new(json_object_get(root, "$defs"), piece, object);
	json_array_append_new(json_object_get(entry, "allOf"), choice(use, piece));
}

/* `use` is one of those found, a path, or a reference. */
static json_t *plugin_entry(
	const struct hg_option_list *dirs, json_t *root, struct hg_faults *faults)
{
	const char *names[HG_PLUGIN_NAMES_MAX];
	uint32_t n = hg_plugin_list(dirs, names);
	json_t *found = json_array();
	json_t *entry = json_pack("{s:s,s:[s],s:{s:{s:[{s:o},{s:s,s:s}]}},s:[]}", "type", "object",
		"required", "use", "properties", "use", "anyOf", "enum", found, "type", "string",
		"pattern", "^/|\\$\\{", "allOf");

	for (uint32_t i = 0; i < n; i++) {
		struct hg_err err = HG_ERR_INIT;
		const struct hg_plugin *table =
			hg_plugin_load_tried(names[i], dirs, hg_trial, &err);
		json_array_append_new(found, json_string(names[i]));
		if (table)
			add_plugin(names[i], table, root, entry);
		else
			hg_faults_warn(faults, NULL, "plugins", "%s", err.text);
		hg_free((char *)names[i]);
	}
	if (!json_array_size(json_object_get(entry, "allOf"))) /* must not be empty */
		json_object_del(entry, "allOf");
	return entry;
}

/* -- all of it --------------------------------------------------------------------------------- */

void hg_config_schema(
	const struct hg_option_list *plugin_path, struct hg_faults *faults, struct hg_text *out)
{
	json_t *root = json_pack("{s:s,s:s,s:s,s:b,s:{},s:o}", "$schema",
		"https://json-schema.org/draft/2020-12/schema", "title",
		"hubgate " HG_VERSION " configuration", "type", "object", "additionalProperties", 0,
		"properties", "$defs", json_loads(pieces, 0, NULL));

	add_rows(root, hg_main_options, true);
	for (const struct hg_config_section *sc = hg_config_sections; sc->key; sc++)
		add_key(root, sc->key, section(sc->rows));
	add_credentials(root);
	json_t *listeners = sequence(listener(), HG_LISTENERS_MAX - 1,
		"Where clients come in; default: 127.0.0.1:3001.");
	json_object_set_new(listeners, "minItems", json_integer(1));
	add_key(root, "listeners", listeners);
	add_key(root, "upstreams",
		sequence(further_upstream(), HG_UPSTREAMS_MAX - 1,
			"Further GitHubs, told apart by prefix or host."));
	add_key(root, "clients",
		sequence(client(), HG_CLIENTS_MAX, "Who may ask with which keys, and what."));
	add_key(root, "plugins",
		sequence(plugin_entry(plugin_path, root, faults), HG_INSTANCES_MAX,
			"Instances, in the order in which a request meets them; default: metrics, "
			"cache, ratelimit."));

	char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	hg_text_add(out, hg_str(text));
	hg_text_add_char(out, '\n');
	free(text);
	json_decref(root);
}
