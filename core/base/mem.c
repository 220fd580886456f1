#include <hg/mem.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A broken machine, not an input (hg/mem.h): one line, then the end. */
static _Noreturn void end_without_memory(size_t size)
{
	fprintf(stderr, "hubgate: out of memory: %zu bytes wanted\n", size);
	abort();
}

void *hg_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		end_without_memory(size);
	return p;
}

void *hg_alloc0(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		end_without_memory(size);
	return p;
}

void *hg_realloc(void *p, size_t size)
{
	void *moved = realloc(p, size ? size : 1);

	if (!moved)
		end_without_memory(size);
	return moved;
}

char *hg_strndup(const char *p, size_t n)
{
	if (n == SIZE_MAX)
		end_without_memory(n);
	char *copy = hg_alloc(n + 1);

	if (n)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

void hg_free(void *p)
{
	free(p);
}
