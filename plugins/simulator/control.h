/*
 * control - a story's hand in the world: /_sim/….
 *
 * Not GitHub's: no token, no limit, not in the journal. Bodies are JSON objects; what is wrong
 * with one is said with 400 and {"error":"…"}. README.md has every command with an example.
 */
#pragma once
#include "call.h"

/* Answers c->rq, whose path begins with "/_sim/". */
void sim_control(struct sim_call *c);
