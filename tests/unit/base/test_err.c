#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <hg/err.h>
#include <hg/mem.h>
#include <string.h>
#include <wchar.h>

static void the_deepest_reason_stands_last(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;

	assert_int_equal(hg_err_set(&err, HG_ETIMEOUT, "connect: %s", "timed out"), HG_ETIMEOUT);
	assert_int_equal(hg_err_wrap(&err, "credential %s", "ci-3"), HG_ETIMEOUT);
	assert_int_equal(hg_err_wrap(&err, "ticket %d", 7), HG_ETIMEOUT);
	assert_int_equal(err.code, HG_ETIMEOUT);
	assert_string_equal(err.text, "ticket 7: credential ci-3: connect: timed out");
}

static void nobody_interested_still_gets_the_code(void **state)
{
	(void)state;
	assert_int_equal(hg_err_set(NULL, HG_EIO, "x"), HG_EIO);
	assert_int_equal(hg_err_wrap(NULL, "x"), HG_EFAIL);
}

static void a_failure_never_reads_as_success(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;

	assert_int_equal(hg_err_wrap(&err, "nothing was said"), HG_EFAIL);
	assert_string_equal(err.text, "nothing was said");
	assert_int_equal(hg_err_set(&err, HG_OK, "x"), HG_EFAIL);
	assert_int_equal(hg_err_set(&err, 5, "x"), HG_EFAIL);
	assert_int_equal(hg_err_set(NULL, 0, "x"), HG_EFAIL);
}

static void a_sentence_stays_one_line(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;

	hg_err_set(&err, HG_EINVAL, "key %s", "a\r\nb\tc\x1b\x7f");
	assert_string_equal(err.text, "key a  b c  ");
	hg_err_wrap(&err, "line\n1");
	assert_string_equal(err.text, "line 1: key a  b c  ");
}

/* In memory of exactly  bytes, so that a byte too many is found by the sanitizers too. */
static struct hg_err *err_of_size(uint32_t size)
{
	unsigned char *room = hg_alloc(size);
	struct hg_err *err = (void *)room;

	memset(room, 0x55, size);
	err->size = size;
	if (size >= 8)
		err->code = 0;
	if (size > 8)
		err->text[0] = '\0';
	return err;
}

static void the_size_of_the_maker_is_honoured(void **state)
{
	(void)state;
	static const uint32_t sizes[] = { 4, 8, 9, 10, 20, 100, 512, 600, 5000 };
	char said[2000];

	memset(said, 'x', sizeof(said));
	said[sizeof(said) - 1] = '\0';
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct hg_err *err = err_of_size(sizes[i]);

		assert_int_equal(hg_err_set(err, HG_EIO, "%s", said), HG_EIO);
		assert_int_equal(hg_err_wrap(err, "%s", said), sizes[i] >= 8 ? HG_EIO : HG_EFAIL);
		if (sizes[i] > 8) {
			size_t room = sizes[i] - 8;
			const char *text = (const char *)err + 8;

			assert_int_equal(strnlen(text, room), room - 1 < 1023 ? room - 1 : 1023);
		}
		hg_free(err);
	}
}

static void a_cut_leaves_whole_characters(void **state)
{
	(void)state;
	struct hg_err *err = err_of_size(8 + 6);

	hg_err_set(err, HG_EIO, "abc\xe2\x82\xac"); /* the euro sign would end in the NUL's place */
	assert_string_equal((char *)err + 8, "abc");
	hg_free(err);
}

static void a_long_sentence_keeps_its_beginning(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;

	for (int i = 0; i < 300; i++)
		hg_err_wrap(&err, "level %d", i);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_memory_equal(err.text, "level 299: level 298: ", 22);
}

static void the_old_text_may_be_an_argument(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;

	hg_err_set(&err, HG_EIO, "inner");
	hg_err_set(&err, HG_EINVAL, "outer (%s)", err.text);
	assert_string_equal(err.text, "outer (inner)");
	hg_err_wrap(&err, "again (%s)", err.text);
	assert_string_equal(err.text, "again (outer (inner)): outer (inner)");
}

static void errno_survives(void **state)
{
	(void)state;
	struct hg_err err = HG_ERR_INIT;

	errno = ENOENT;
	hg_err_set(&err, HG_EIO, "open: %m");
	hg_err_wrap(&err, "inbox");
	assert_int_equal(errno, ENOENT);
	assert_string_equal(err.text, "inbox: open: No such file or directory");
	/* A character that the locale lacks makes printing itself fail, with an errno. */
	hg_err_set(&err, HG_EIO, "%lc", (wint_t)0x20ac);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(hg_err_wrap(&err, "%lc", (wint_t)0x20ac), HG_EIO);
	assert_int_equal(errno, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_deepest_reason_stands_last),
		cmocka_unit_test(nobody_interested_still_gets_the_code),
		cmocka_unit_test(a_failure_never_reads_as_success),
		cmocka_unit_test(a_sentence_stays_one_line),
		cmocka_unit_test(the_size_of_the_maker_is_honoured),
		cmocka_unit_test(a_cut_leaves_whole_characters),
		cmocka_unit_test(a_long_sentence_keeps_its_beginning),
		cmocka_unit_test(the_old_text_may_be_an_argument),
		cmocka_unit_test(errno_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
