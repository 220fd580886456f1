#include "base/secret.h"

#include "base/bug.h"
#include "base/hash.h"
#include "base/text.h"
#include <hg/mem.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * The bytes have pages of their own, so that what is done to them (locked, left out of dumps,
 * made read-only) touches nothing else. Where the kernel has no page to give (its limit of
 * mappings), they are on the heap and still wiped.
 */
struct hg_secret {
	_Atomic uint32_t n_refs;
	size_t n;
	char *bytes;         /* n bytes and a NUL */
	size_t mapped_bytes; /* 0 = bytes is from hg_alloc */
};

static void keep_apart(struct hg_secret *s, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t mapped = (size + page - 1) / page * page;
	void *p = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		s->bytes = hg_alloc0(size);
		return;
	}
	(void)mlock(p, mapped); /* RLIMIT_MEMLOCK may say no: then it may reach the swap */
	(void)madvise(p, mapped, MADV_DONTDUMP);
	s->bytes = p;
	s->mapped_bytes = mapped;
}

struct hg_secret *hg_secret_new(struct hg_str bytes)
{
	struct hg_secret *s = hg_alloc0(sizeof(*s));

	atomic_init(&s->n_refs, 1);
	s->n = bytes.n;
	keep_apart(s, bytes.n + 1);
	if (bytes.n)
		memcpy(s->bytes, bytes.p, bytes.n);
	if (s->mapped_bytes)
		(void)mprotect(s->bytes, s->mapped_bytes, PROT_READ);
	return s;
}

struct hg_secret *hg_secret_ref(struct hg_secret *s)
{
	uint32_t before = atomic_fetch_add_explicit(&s->n_refs, 1, memory_order_relaxed);

	HG_BUG_ON(before == 0 || before == UINT32_MAX);
	return s;
}

void hg_secret_unref(struct hg_secret *s)
{
	if (!s || atomic_fetch_sub_explicit(&s->n_refs, 1, memory_order_acq_rel) != 1)
		return;
	if (s->mapped_bytes) {
		if (mprotect(s->bytes, s->mapped_bytes, PROT_READ | PROT_WRITE) == 0)
			explicit_bzero(s->bytes, s->n);
		(void)munmap(s->bytes, s->mapped_bytes); /* the kernel wipes pages it gives away */
	} else {
		explicit_bzero(s->bytes, s->n);
		hg_free(s->bytes);
	}
	hg_free(s);
}

bool hg_secret_is(const struct hg_secret *s, struct hg_str bytes)
{
	/* As many steps as the other side sent bytes, whatever they are and however long ours is.
	 */
	volatile unsigned char differs = s->n != bytes.n;

	for (size_t i = 0, at = 0; i < bytes.n; i++) {
		differs |= (unsigned char)(s->bytes[at] ^ bytes.p[i]);
		at += at < s->n;
	}
	return !differs;
}

void hg_secret_print_id(const struct hg_secret *s, char ret_id[24])
{
	uint8_t hash[16];

	hg_hash128(s->bytes, s->n, hash);
	memcpy(ret_id, "id:", 3);
	hg_format_hex(hash, 6, ret_id + 3);
}

const char *hg_secret_bytes(const struct hg_secret *s, size_t *ret_n)
{
	if (ret_n)
		*ret_n = s->n;
	return s->bytes;
}
