#include "host/loader/elf_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_at(int fd, void *to, size_t n, uint64_t at)
{
	return pread(fd, to, n, (off_t)at) == (ssize_t)n;
}

/* Where the file has to end at least; false: no sum of these fits into a file. */
static bool reach(uint64_t *end, uint64_t offset, uint64_t n)
{
	uint64_t to;

	if (__builtin_add_overflow(offset, n, &to) || to > INT64_MAX)
		return false;
	if (to > *end)
		*end = to;
	return true;
}

static bool is_ours(const Elf64_Ehdr *h)
{
	return memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 && h->e_ident[EI_CLASS] == ELFCLASS64 &&
	       h->e_type == ET_DYN;
}

static int refuse_short(uint64_t has, uint64_t needs, struct hg_err *err)
{
	return hg_err_set(err, HG_EINVAL, "is cut short: %llu bytes, needs %llu",
		(unsigned long long)has, (unsigned long long)needs);
}

static int check_open(int fd, struct hg_err *err)
{
	struct stat st;
	Elf64_Ehdr h;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return hg_err_set(err, HG_EINVAL, "is no regular file");
	uint64_t size = (uint64_t)st.st_size;
	if (size == 0)
		return hg_err_set(err, HG_EINVAL, "is empty");
	if (size < sizeof(h))
		return refuse_short(size, sizeof(h), err);
	if (!read_at(fd, &h, sizeof(h), 0) || !is_ours(&h))
		return hg_err_set(err, HG_EINVAL, "is no 64-bit ELF shared library");

	uint64_t end = sizeof(h);
	uint64_t programs = (uint64_t)h.e_phnum * sizeof(Elf64_Phdr);
	bool is_sound = h.e_phnum > 0 && h.e_phentsize == sizeof(Elf64_Phdr) &&
	                reach(&end, h.e_phoff, programs) &&
	                reach(&end, h.e_shoff, (uint64_t)h.e_shnum * h.e_shentsize);
	if (is_sound && h.e_phoff + programs > size)
		return refuse_short(size, end, err);
	for (unsigned i = 0; is_sound && i < h.e_phnum; i++) {
		Elf64_Phdr p;
		is_sound = read_at(fd, &p, sizeof(p), h.e_phoff + i * sizeof(p)) &&
		           (p.p_type != PT_LOAD || reach(&end, p.p_offset, p.p_filesz));
	}
	if (!is_sound)
		return hg_err_set(err, HG_EINVAL, "is no sound ELF file: its header is damaged");
	return end > size ? refuse_short(size, end, err) : 0;
}

int hg_elf_check(const char *path, struct hg_err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a FIFO would wait for a writer */

	if (fd < 0)
		return hg_err_set(err, HG_ENOTFOUND, "can not be opened: %s", strerror(errno));
	int rc = check_open(fd, err);
	close(fd);
	return rc;
}
