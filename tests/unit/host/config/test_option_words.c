#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "host/config/option_words.h"

struct conf {
	bool on;
	int64_t count, wait_us, mode;
	uint64_t room;
	double part;
	const char *word, *other;
	struct hg_option_list list;
	struct hg_option_map map;
	struct hg_secret *secret;
};

static const struct {
	struct hg_option row;
	const char *type, *range, *deflt;
} rows[] = {
	{ HG_BOOL(struct conf, on, "true", 0, "."), "true or false", "", "true" },
	{ HG_INT(struct conf, count, "7", "1", "9", 0, "."), "whole number", "1 to 9", "7" },
	{ HG_USEC(struct conf, wait_us, "10s", "1ms", NULL, 0, "."), "duration", "at least 1ms",
		"10s" },
	{ HG_ENUM(struct conf, mode, "fast", "slow|fast", 0, "."), "one of slow, fast", "",
		"fast" },
	{ HG_BYTES(struct conf, room, "1MiB", NULL, "1GiB", 0, "."), "size", "at most 1GiB",
		"1MiB" },
	{ HG_SHARE(struct conf, part, "30%", NULL, NULL, 0, "."), "share", "", "30%" },
	{ HG_STRING(struct conf, word, NULL, 0, "."), "text", "", "" },
	{ HG_STRING(struct conf, word, "", 0, "."), "text", "", "\"\"" },
	{ HG_REF(struct conf, other, 0, "."), "name of an instance", "", "" },
	{ HG_REF_TO(struct conf, other, "store/1", 0, "."),
		"name of an instance that provides store/1", "", "" },
	{ HG_LIST(struct conf, list, "a, b", 0, "."), "list", "", "[a, b]" },
	{ HG_LIST(struct conf, list, "", 0, "."), "list", "", "[]" },
	{ HG_MAP(struct conf, map, NULL, 0, "."), "names and values", "", "" },
	{ HG_SECRET(struct conf, secret, 0, "."), "secret", "", "" },
};

static void expect(void (*add)(const struct hg_option *row, struct hg_text *out),
	const struct hg_option *row, const char *wanted)
{
	struct hg_text out;

	hg_text_init(&out);
	add(row, &out);
	assert_string_equal(out.n ? out.p : "", wanted);
	hg_text_fini(&out);
}

static void each_type_has_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		expect(hg_option_add_type, &rows[i].row, rows[i].type);
		expect(hg_option_add_range, &rows[i].row, rows[i].range);
		expect(hg_option_add_default, &rows[i].row, rows[i].deflt);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_its_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
