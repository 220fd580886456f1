/*
 * routes - which function answers a method and path.
 *
 * Repositories, organizations and users are resolved first, in either spelling
 * (/repos/octo-org/hello-world, /repositories/1296269), so each route stands in the table once,
 * relative to what it is about. A renamed repository answers 301, a private one 404 to
 * strangers, a blocked one 451.
 */
#pragma once
#include "call.h"

/* Sets c->route (0: there is none) and what its pattern named. Nothing is looked up. */
void sim_route_find(struct sim_call *c);
/* Runs it. Returns the status that was said. */
int sim_route(struct sim_call *c);

/* "GET /repos/{}/{}/issues"; "none" for 0. */
struct sim_route_name {
	char text[96];
};
struct sim_route_name sim_route_name(uint32_t route);
