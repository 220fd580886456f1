/*
 * banned - the calls that this project does without, compiled out.
 *
 * CMake puts this file in front of every source file (-include). The headers that declare the
 * names are read first; after that the bare word is an error in GCC and in Clang, whatever it
 * stands for (so no struct member may be called `system` either).
 *
 *     strcpy strcat sprintf   do not know the size: snprintf, base/text.h
 *     strtok                  keeps hidden state
 *     atoi strtol             atoi can not say "no number", strtol says it in four places
 *     gmtime localtime        share one static struct between threads: gmtime_r
 *     rand                    predictable, and shared between threads
 *     system                  runs a shell
 *
 * OpenSSL names parameters `rand`, so that one is refused where it is called.
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* glibc makes macros of some where it checks sizes (_FORTIFY_SOURCE with Clang) */
#undef strcpy
#undef strcat
#undef sprintf
#pragma GCC poison strcpy strcat sprintf strtok atoi strtol gmtime localtime system

int rand(void) __attribute__((unavailable("banned: core/base/banned.h")));
