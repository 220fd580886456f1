#include "ticket/scope.h"
#include <hg/hash.h>
#include <string.h>

struct hg_scope hg_scope_of(enum hg_scope_kind kind, uint64_t place, struct hg_str token)
{
	uint8_t parts[2 * sizeof(uint64_t) + 16] = { (uint8_t)kind };
	struct hg_scope scope;

	memcpy(parts + sizeof(uint64_t), &place, sizeof(place));
	hg_hash128(token.p ? token.p : "", token.n, parts + 2 * sizeof(uint64_t));
	hg_hash128(parts, sizeof(parts), scope.bytes);
	return scope;
}
