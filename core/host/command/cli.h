/*
 * cli - what the words of the command line ask for.
 *
 * Thread: main.
 */
#pragma once

/* Returns the exit status. */
int hg_cli(int argc, char **argv);
