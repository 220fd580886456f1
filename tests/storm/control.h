/*
 * control - one request to the simulated GitHub, answered before it returns.
 */
#pragma once
#include "answer.h"

/* A connected socket to 127.0.0.1, or -1. */
int control_connect(uint16_t port, bool blocking);

/* body NULL: none. False: no whole answer. The caller ends the answer in either case. */
bool control_ask(
	uint16_t port, const char *method, const char *path, const char *body, struct answer *ret);
