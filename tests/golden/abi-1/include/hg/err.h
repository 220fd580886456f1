/*
 * err - why something failed, for programs (a code) and for people (one sentence).
 *
 *     struct hg_err err = HG_ERR_INIT;
 *     if (open_it(path, &err) < 0)
 *             return hg_err_wrap(&err, "inbox %s", path);   // "inbox /x: open: no such file"
 *
 * The deepest function sets it, each level that knows more wraps it, an edge logs it. NULL
 * for `err` means "not interested".
 *
 * Thread: any; an hg_err belongs to one thread at a time.
 */
#pragma once
#include "abi.h"

enum {
	HG_OK = 0,
	HG_EFAIL = -1,  /* no better code */
	HG_EINVAL = -2, /* the caller's or the file's words are wrong */
	HG_ENOTFOUND = -3,
	HG_EEXIST = -4,
	HG_ETOOBIG = -5, /* over a limit that is an option */
	HG_ETIMEOUT = -6,
	HG_EAGAIN = -7, /* not now; the function says who tells when */
	HG_EIO = -8,    /* disk or socket */
	HG_EFULL = -9,  /* a bounded queue has no room */
	HG_EDENIED = -10,
	HG_EUNSUPPORTED = -11,
	HG_ECANCELLED = -12,
	HG_EABI = -13, /* built against another interface */
};

struct hg_err {
	uint32_t size; /* sizeof(struct hg_err) of the maker: text is as long as it left room */
	int32_t code;  /* HG_E…; 0 = nothing failed */
	char text[504];
};

#define HG_ERR_INIT                          \
	{                                    \
		sizeof(struct hg_err), 0, "" \
	}

/* Says it; returns `code`, so that a caller may `return hg_err_set(…)`. */
HG_API int hg_err_set(struct hg_err *err, int code, const char *fmt, ...) HG_PRINTF(3, 4);

/* Puts "fmt…: " before what is said. Returns err->code, or HG_EFAIL when err is NULL. */
HG_API int hg_err_wrap(struct hg_err *err, const char *fmt, ...) HG_PRINTF(2, 3);
