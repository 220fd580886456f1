#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "host/command/config_schema.h"
#include "host/config/faults.h"
#include "host/loader/plugin.h"
#include <fcntl.h>
#include <hg/err.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Two empty files on a plugin path: for one a table was accepted, the other can not be loaded. */

struct conf {
	int64_t most;
	int64_t wait_us;
	uint64_t room;
	double part;
	int64_t kind;
	struct hg_option_list words;
	struct hg_option_map names;
	struct hg_secret *password;
	const char *friend;
	bool loud;
};

static const struct hg_option rows[] = {
	HG_INT(struct conf, most, "7", "-1", "9", 0, "How many."),
	HG_USEC(struct conf, wait_us, "10s", "1ms", "1h", 0, "How long."),
	HG_BYTES(struct conf, room, "1MiB", NULL, "2MiB", 0, "How large."),
	HG_SHARE(struct conf, part, "30%", NULL, NULL, 0, "How much."),
	HG_ENUM(struct conf, kind, "auto", "auto|no|1.2", 0, "Which."),
	HG_LIST(struct conf, words, "a, b", 0, "Words."),
	HG_MAP(struct conf, names, NULL, 0, "Names."),
	HG_SECRET(struct conf, password, 0, "What nobody sees."),
	HG_REF(struct conf, friend, HG_OPT_REQUIRED, "Another one."),
	{ "loud", offsetof(struct conf, loud), HG_OPT_BOOL, HG_OPT_DEPRECATED, "true", NULL, NULL,
		NULL, "Shout.", "kind: auto" },
	{ 0 },
};

static json_t *make(struct hg_faults *faults)
{
	static const struct hg_plugin table = { .size = sizeof(struct hg_plugin),
		.abi = HG_ABI,
		HG_PLUGIN_ROWS,
		.name = "sample",
		.about = "Shows all kinds.",
		.self_size = 8,
		.conf_size = sizeof(struct conf),
		.options = rows };
	char dir[] = "/tmp/hg-schema-XXXXXX", good[64], bad[64];
	const char *dirs[] = { dir };
	struct hg_err err = HG_ERR_INIT;
	struct hg_text text;

	assert_non_null(mkdtemp(dir));
	snprintf(good, sizeof(good), "%s/sample.so", dir);
	snprintf(bad, sizeof(bad), "%s/empty.so", dir);
	close(open(good, O_CREAT | O_WRONLY, 0600));
	close(open(bad, O_CREAT | O_WRONLY, 0600));
	assert_non_null(hg_plugin_accept(&table, good, &err));
	hg_text_init(&text);
	hg_config_schema(&(struct hg_option_list){ dirs, 1 }, faults, &text);
	unlink(good);
	unlink(bad);
	rmdir(dir);
	json_t *schema = json_loads(text.p, 0, NULL);
	assert_non_null(schema);
	hg_text_fini(&text);
	return schema;
}

/* The members on the way, parted by blanks; of an array by their number. */
static void expect(const json_t *schema, const char *way, const char *wanted)
{
	char copy[256], *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", way);
	for (char *p = strtok_r(copy, " ", &rest); p; p = strtok_r(NULL, " ", &rest)) {
		uint64_t i = 0;
		if (hg_parse_u64(hg_str(p), &i))
			schema = json_array_get(schema, i);
		else
			schema = json_object_get(schema, p);
	}
	char *got = schema ? json_dumps(schema, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	if (!got || strcmp(got, wanted) != 0)
		print_error("%s\n", way);
	assert_non_null(got);
	assert_string_equal(got, wanted);
	free(got);
}

#define OF_SAMPLE "$defs plugin-sample properties "

static void test_rows(void **state)
{
	struct hg_faults faults;

	(void)state;
	hg_faults_init(&faults);
	json_t *s = make(&faults);
	expect(s, OF_SAMPLE "most anyOf 0", "{\"type\":\"integer\",\"minimum\":-1,\"maximum\":9}");
	expect(s, OF_SAMPLE "most default", "7");
	expect(s, OF_SAMPLE "wait",
		"{\"$ref\":\"#/$defs/duration\",\"description\":\"How long. From 1ms to 1h.\","
		"\"default\":\"10s\"}");
	expect(s, OF_SAMPLE "room description", "\"How large. At most 2MiB.\"");
	expect(s, OF_SAMPLE "part default", "\"30%\"");
	expect(s, OF_SAMPLE "kind anyOf 0 enum", "[\"auto\",\"no\",false,\"1.2\",1.2,null]");
	expect(s, OF_SAMPLE "words default", "[\"a\",\"b\"]");
	expect(s, OF_SAMPLE "names $ref", "\"#/$defs/names\"");
	expect(s, OF_SAMPLE "password",
		"{\"$ref\":\"#/$defs/word\",\"description\":\"What nobody sees.\"}");
	expect(s, OF_SAMPLE "loud",
		"{\"$ref\":\"#/$defs/switch\",\"description\":\"Shout. Deprecated: write kind: "
		"auto.\",\"default\":true,\"deprecated\":true}");
	expect(s, "$defs plugin-sample required", "[\"use\",\"friend\"]");
	expect(s, "$defs plugin-sample additionalProperties", "false");
	json_decref(s);
	hg_faults_fini(&faults);
}

static void test_plugins(void **state)
{
	struct hg_faults faults;

	(void)state;
	hg_faults_init(&faults);
	json_t *s = make(&faults);
	expect(s, "properties plugins items properties use anyOf 0 enum", "[\"empty\",\"sample\"]");
	expect(s, "properties plugins items allOf",
		"[{\"if\":{\"properties\":{\"use\":{\"const\":\"sample\"}},\"required\":[\"use\"]},"
		"\"then\":{\"$ref\":\"#/$defs/plugin-sample\"}}]");
	assert_int_equal(faults.n, 1);
	assert_true(faults.items[0].is_warning);
	assert_non_null(strstr(faults.items[0].message, "empty.so"));
	json_decref(s);
	hg_faults_fini(&faults);
}

static void test_core(void **state)
{
	struct hg_faults faults;

	(void)state;
	hg_faults_init(&faults);
	json_t *s = make(&faults);
	expect(s, "additionalProperties", "false");
	expect(s, "properties http additionalProperties", "false");
	expect(s, "properties http type", "[\"object\",\"null\"]");
	expect(s, "properties upstreams items required", "[\"name\",\"base_url\"]");
	expect(s, "properties offload_threads description",
		"\"Threads for what blocks. A change needs a restart.\"");
	expect(s, "properties listeners items properties tls required", "[\"cert\",\"key\"]");
	json_decref(s);
	hg_faults_fini(&faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_plugins),
		cmocka_unit_test(test_core),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
