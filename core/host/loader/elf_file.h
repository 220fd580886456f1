/*
 * elf_file - is this a whole shared library? Asked before dlopen, which maps a file as its header
 * says: behind the end of one that is cut short the first touch is SIGBUS.
 *
 * Thread: host.   Errors: HG_ENOTFOUND, HG_EINVAL; the text does not name the file.
 */
#pragma once
#include <hg/err.h>

int hg_elf_check(const char *path, struct hg_err *err);
