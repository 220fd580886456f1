#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "host/command/new_command.h"
#include "host/command/templates.h"
#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <signal.h>

static char dir[64];
static char *said;      /* on the output */
static char *complaint; /* on the other one */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int make_dir(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/hubgate-new-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static void forget(void)
{
	free(said);
	free(complaint);
	said = complaint = NULL;
}

static int remove_dir(void **state)
{
	(void)state;
	forget();
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int run(const char *name, const char *kind, const char *where)
{
	size_t n;

	forget();
	FILE *out = open_memstream(&said, &n);
	FILE *complaints = open_memstream(&complaint, &n);
	int status = hg_plugin_command_new(name, kind, where, out, complaints);
	fclose(out);
	fclose(complaints);
	return status;
}

/* Entries of the folder, hidden ones too. */
static int count(const char *folder)
{
	DIR *d = opendir(folder);
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	(void)closedir(d);
	return n - 2;
}

static bool is_there(const char *file)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, file);
	return access(path, R_OK) == 0;
}

static void read_file(const char *file, char *ret_text, size_t room)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, file);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	ret_text[fread(ret_text, 1, room - 1, f)] = '\0';
	(void)fclose(f);
}

static void each_kind_is_five_files_in_which_nothing_is_called_sample(void **state)
{
	static const char *const kinds[] = { "route", "phase", "sink" };
	static const char *const files[] = { "x_%s/x_%s.c", "x_%s/test_x_%s.c", "x_%s/Makefile",
		"x_%s/CMakeLists.txt", "x_%s/README.md" };
	char name[64], text[16384];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "x_%s", kinds[i]);
		assert_int_equal(run(name, kinds[i], dir), 0);
		assert_string_equal(complaint, "");
		assert_non_null(strstr(said, "make check"));
		for (size_t k = 0; k < 5; k++) {
			(void)snprintf(name, sizeof(name), files[k], kinds[i], kinds[i]);
			read_file(name, text, sizeof(text));
			assert_non_null(strstr(text, "x_"));
			assert_null(strstr(text, "sample"));
			assert_null(strstr(text, "Sample"));
		}
	}
	assert_int_equal(count(dir), 3);
}

static void the_readme_has_what_is_common_and_what_is_the_kinds(void **state)
{
	char text[16384];

	(void)state;
	assert_int_equal(run("mine", "phase", dir), 0);
	read_file("mine/README.md", text, sizeof(text));
	assert_int_equal(strncmp(text, "# mine\n", 7), 0);
	assert_non_null(strstr(text, "frozen: [/repos/octo]"));
	read_file("mine/mine.c", text, sizeof(text));
	assert_non_null(strstr(text, "X-Mine"));
}

static void bad_names_are_refused_with_the_reason(void **state)
{
	static const struct {
		const char *name, *why;
	} rows[] = {
		{ NULL, "a NAME is missing: plugin new NAME --kind KIND" },
		{ "", "\"\" is empty" },
		{ "My", "\"My\" is no name: a lower-case letter, then lower-case letters, digits "
			"and _" },
		{ "7up", "\"7up\" is no name: a lower-case letter, then lower-case letters, digits "
			 "and _" },
		{ "../x", "\"../x\" is no name: a lower-case letter, then lower-case letters, "
			  "digits and _" },
		{ "a-b", "\"a-b\" is no name: a lower-case letter, then lower-case letters, digits "
			 "and _" },
		{ "a23456789012345678901234567890123",
			"\"a23456789012345678901234567890123\" is too long: 32 characters at "
			"most" },
		{ "while", "\"while\" is a word of C" },
		{ "hg_x", "\"hg_x\" is a name of hubgate's own" },
		{ "front", "\"front\" is a name of hubgate's own" },
	};
	char wanted[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(run(rows[i].name, "route", dir), 1);
		(void)snprintf(wanted, sizeof(wanted), "hubgate: plugin new: %s\n", rows[i].why);
		assert_string_equal(complaint, wanted);
		assert_string_equal(said, "");
	}
	assert_int_equal(count(dir), 0);
	assert_int_equal(run("a2345678901234567890123456789012", "route", dir), 0);
}

static void what_a_daemon_finds_already_is_not_replaced(void **state)
{
	char exe[512], path[600], wanted[1024];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	(void)state;
	assert_true(n > 0);
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	(void)snprintf(path, sizeof(path), "%s/plugins", exe);
	(void)mkdir(path, 0777);
	(void)snprintf(path, sizeof(path), "%s/plugins/there_already.so", exe);
	fclose(fopen(path, "w"));
	int status = run("there_already", "route", dir);
	(void)unlink(path);
	assert_int_equal(status, 1);
	(void)snprintf(wanted, sizeof(wanted),
		"hubgate: plugin new: there is a plugin \"there_already\", which `make install` "
		"would "
		"replace: %s\n",
		path);
	assert_string_equal(complaint, wanted);
	assert_int_equal(count(dir), 0);
}

static void what_to_type_next_is_quoted_where_a_shell_wants_it(void **state)
{
	char folder[128];

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s/it's here", dir);
	assert_int_equal(mkdir(folder, 0777), 0);
	assert_int_equal(run("x", "route", folder), 0);
	(void)snprintf(folder, sizeof(folder), "\n  cd '%s/it'\\''s here/x'\n", dir);
	assert_non_null(strstr(said, folder));
}

static void kinds_that_wait_for_their_service_say_for_which(void **state)
{
	(void)state;
	assert_int_equal(run("x", "store", dir), 1);
	assert_non_null(strstr(complaint, "kind store: not yet: the service store/1 is to come"));
	assert_int_equal(run("x", "strategy", dir), 1);
	assert_non_null(strstr(complaint, "the service strategy/1 is provisional"));
	assert_int_equal(run("x", "rout", dir), 1);
	assert_string_equal(complaint,
		"hubgate: plugin new: there is no kind \"rout\" (did you mean \"route\"?): "
		"route, phase, sink, strategy, store\n");
	assert_int_equal(run("x", NULL, dir), 1);
	assert_string_equal(complaint,
		"hubgate: plugin new needs --kind: route, phase, sink, strategy, store\n");
	assert_int_equal(count(dir), 0);
}

static void what_is_there_is_left_alone(void **state)
{
	char path[256];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/there", dir);
	assert_int_equal(mkdir(path, 0700), 0); /* an empty folder too */
	assert_int_equal(run("there", "route", dir), 1);
	assert_non_null(strstr(complaint, "/there: is there already\n"));
	assert_int_equal(count(path), 0);
	(void)snprintf(path, sizeof(path), "%s/link", dir);
	assert_int_equal(symlink("/nowhere/at/all", path), 0);
	assert_int_equal(run("link", "route", dir), 1);
	assert_non_null(strstr(complaint, "/link: is there already\n"));
	assert_int_equal(count(dir), 2);
}

static void a_folder_that_is_not_there_is_said(void **state)
{
	char path[256];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/none", dir);
	assert_int_equal(run("x", "route", path), 1);
	assert_non_null(strstr(complaint, "/none/x: No such file or directory\n"));
}

/* A full disk, made by a limit on the size of files that falls into each of them. */
static void nothing_half_written_stays(void **state)
{
	struct rlimit before, small;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	for (rlim_t bytes = 0; bytes < 3000; bytes += 250) {
		small = before;
		small.rlim_cur = bytes;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		int status = run("x", "sink", dir);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_int_equal(status, 1);
		assert_non_null(strstr(complaint, "/x: File too large\n"));
		assert_int_equal(count(dir), 0);
	}
	assert_int_equal(run("x", "sink", dir), 0);
	assert_true(is_there("x/x.c"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_is_five_files_in_which_nothing_is_called_sample),
		TEST(the_readme_has_what_is_common_and_what_is_the_kinds),
		TEST(bad_names_are_refused_with_the_reason),
		TEST(what_a_daemon_finds_already_is_not_replaced),
		TEST(what_to_type_next_is_quoted_where_a_shell_wants_it),
		TEST(kinds_that_wait_for_their_service_say_for_which),
		TEST(what_is_there_is_left_alone),
		TEST(a_folder_that_is_not_there_is_said),
		TEST(nothing_half_written_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
