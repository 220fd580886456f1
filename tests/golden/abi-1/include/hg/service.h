/*
 * service - what one plugin does for others, by name and version.
 *
 * A provider lists it in its table; a user lists it in `needs` and asks for it in start. The
 * host matches names and versions before any code runs, starts providers before users, and
 * refuses with both names when one is missing or (for exclusive ones) provided twice.
 *
 *     exclusive    store/1  shared/1
 *     many         strategy/1  secrets/1  sink/1      found by the provider's own `label`
 *
 * Each service has a header of its own (strategy.h …) that explains thread, ownership, errors.
 */
#pragma once
#include "abi.h"
#include "err.h"

struct hg_service {
	const char *name;   /* "strategy/1" */
	const char *label;  /* which of many: "adaptive"; NULL for exclusive ones */
	const void *vtable; /* the struct of the service's header; static */
};

struct hg_need {
	const char *name;
	uint32_t optional; /* 1: start without it; hg_service_find returns NULL */
	uint32_t reserved;
};

/* A found service: call vtable functions with `self`. */
struct hg_provider {
	uint32_t size; /* sizeof, set by the caller */
	uint32_t reserved;
	const void *vtable;
	void *self;
};

/* Finds one that the plugin declared as a need. label NULL = the only one. Returns 0, or
 * HG_ENOTFOUND with the reason. Thread: any, from start on. */
HG_API int hg_service_find(void *self, const char *name, const char *label,
	struct hg_provider *ret_provider, struct hg_err *err);
