#include "host/loader/trial.h"

#include "base/text.h"
#include "host/loader/plugin_command.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	SAID_MAX = 4096,
	SPARE_MS = 5000, /* the other program has a patience of its own */
};

/* A fork copies one thread, and the locks that the others hold. */
static bool has_threads(void)
{
	struct stat st;

	return stat("/proc/self/task", &st) < 0 || st.st_nlink > 3;
}

static int spawn(const char *path, int out, pid_t *ret_child)
{
	char *const words[] = { (char *)"hubgate", (char *)"plugin", (char *)"check", (char *)path,
		NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 2);
	posix_spawn_file_actions_addclosefrom_np(&files, 3); /* not all are ours to mark */
	int rc = posix_spawn(ret_child, "/proc/self/exe", &files, &how, words, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return rc;
}

static int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* The latest that it says on stderr: the file's own words may be many, and come before those of the
 * check. False: it did not come to an end, however often it said something. */
static bool hear(int fd, struct hg_text *said)
{
	const int64_t until = clock_ms() + HG_PLUGIN_PATIENCE_MS + SPARE_MS;
	char piece[512];

	for (;;) {
		int64_t left = until - clock_ms();
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, left > 0 ? (int)left : 0);
		if (ready < 0 && errno == EINTR)
			continue;
		ssize_t n = ready > 0 ? read(fd, piece, sizeof(piece)) : -1;
		if (n <= 0)
			return n == 0;
		if (said->n + (size_t)n > SAID_MAX) {
			said->n -= SAID_MAX / 2;
			memmove(said->p, said->p + SAID_MAX / 2, said->n);
		}
		hg_text_add(said, (struct hg_str){ piece, (size_t)n });
	}
}

/* The latest line that begins with "hubgate: ", without that, else the first one. */
static struct hg_str reason_in(const struct hg_text *said)
{
	static const struct hg_str lead = { "hubgate: ", 9 };
	struct hg_str reason = { said->p, 0 };

	for (size_t at = 0; at < said->n;) {
		struct hg_str line = { said->p + at, said->n - at };
		const char *end = memchr(line.p, '\n', line.n);
		if (end)
			line.n = (size_t)(end - line.p);
		if (hg_str_starts(line, lead))
			reason = (struct hg_str){ line.p + lead.n, line.n - lead.n };
		else if (at == 0)
			reason = line;
		at += line.n + 1;
	}
	return reason;
}

static int ask_another(const char *path, struct hg_err *err)
{
	int fds[2], status = 0;
	struct hg_text said;
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return hg_err_set(err, HG_EIO, "plugin %s: pipe: %s", path, strerrordesc_np(errno));
	int rc = spawn(path, fds[1], &child);
	close(fds[1]);
	if (rc != 0) {
		close(fds[0]);
		return hg_err_set(
			err, HG_EIO, "plugin %s: can not be tried: %s", path, strerrordesc_np(rc));
	}
	hg_text_init(&said);
	if (!hear(fds[0], &said))
		(void)kill(child, SIGKILL);
	close(fds[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	bool is_fine = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	struct hg_str reason = reason_in(&said);
	rc = 0;
	if (!is_fine && reason.n)
		rc = hg_err_set(err, HG_EINVAL, "%.*s", (int)reason.n, reason.p);
	else if (!is_fine)
		rc = hg_err_set(err, HG_EFAIL, "plugin %s: no word came from its trial", path);
	hg_text_fini(&said);
	return rc;
}

int hg_trial(const char *path, struct hg_err *err)
{
	return has_threads() ? ask_another(path, err)
	                     : hg_plugin_command_try(path, HG_PLUGIN_PATIENCE_MS, err);
}
