/*
 * new_command - `hubgate plugin new NAME --kind KIND [--dir DIR]`: a folder that builds at once.
 *
 *     DIR/NAME/  NAME.c  test_NAME.c  Makefile  CMakeLists.txt  README.md      (templates.h)
 *
 * It is written under another name and renamed when it is complete: what fails leaves nothing
 * behind, and a folder that is there already is never touched.
 *
 * Thread: main, before there is any other.
 */
#pragma once
#include <stdio.h>

#define HG_PLUGIN_NAME_BYTES 32u /* of NAME: a C identifier, and an instance's name */

/* Exit status 0, or 1 and one line. Any of the words may be NULL; dir: the current one then. */
int hg_plugin_command_new(
	const char *name, const char *kind, const char *dir, FILE *out, FILE *complaints);
