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

/* Runs the route of c->path. Returns the status that was said. */
int sim_route(struct sim_call *c);
