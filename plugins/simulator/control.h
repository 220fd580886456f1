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

/* -- inside: control.c's table names those of control_limit.c and control_app.c ---------------- */

int sim_control_refuse(struct sim_call *c, const char *why);
int sim_control_agree(struct sim_call *c);
/* A whole number >= 0 of the input; -1 when absent. False: something else. */
bool sim_control_number(struct sim_call *c, const char *name, int64_t *ret);

int sim_control_limit(struct sim_call *c);
int sim_control_limits(struct sim_call *c);
int sim_control_secondary(struct sim_call *c);
int sim_control_hidden(struct sim_call *c);
int sim_control_odd(struct sim_call *c);
int sim_control_tokens(struct sim_call *c);
int sim_control_app(struct sim_call *c);
int sim_control_stats(struct sim_call *c);
int sim_control_clear_stats(struct sim_call *c);
