#include "keep.h"
#include <errno.h>
#include <fcntl.h>
#include <hg/mem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int say(struct hg_err *err, const char *path, const char *what)
{
	return hg_err_set(err, HG_EIO, "%s: %s: %s", path, what, strerror(errno));
}

/* Less only when the file ended. */
static ssize_t read_all(int fd, uint8_t *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = read(fd, p + done, n - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

int keep_read(const char *path, size_t max, uint8_t **ret_bytes, size_t *ret_n, struct hg_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return errno == ENOENT ? hg_err_set(err, HG_ENOTFOUND, "%s: not there", path)
		                       : say(err, path, "open");
	uint8_t *bytes = hg_alloc(max + 1);
	ssize_t n = read_all(fd, bytes, max + 1);
	int rc = 0;
	if (n < 0)
		rc = say(err, path, "read");
	else if ((size_t)n > max)
		rc = hg_err_set(err, HG_ETOOBIG, "%s: more than %zu bytes", path, max);
	(void)close(fd);
	if (rc < 0) {
		hg_free(bytes);
		return rc;
	}
	*ret_bytes = bytes;
	*ret_n = (size_t)n;
	return 0;
}

static int write_all(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, p, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

int keep_write(
	const char *path, const char *beside, const uint8_t *bytes, size_t n, struct hg_err *err)
{
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return say(err, beside, "open");
	int rc = 0;
	if (write_all(fd, bytes, n) < 0)
		rc = say(err, beside, "write");
	else if (fsync(fd) < 0)
		rc = say(err, beside, "fsync");
	if (close(fd) < 0 && rc == 0)
		rc = say(err, beside, "close");
	if (rc == 0 && rename(beside, path) < 0)
		rc = say(err, path, "rename");
	if (rc < 0)
		(void)unlink(beside);
	return rc;
}
