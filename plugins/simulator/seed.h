/*
 * seed - fills an empty world from its configuration: people, repositories, issues, runs,
 * runners, tokens.
 *
 * All that is not configured follows from conf.seed. The first two repositories,
 * octo-org/hello-world and octocat/Hello-World, have conf.issues issues; the last user,
 * "outsider", belongs to no organization.
 *
 * Thread: whoever holds the world's lock.
 */
#pragma once

struct sim_world;

/* The world is new or was just cleared. */
void sim_world_seed(struct sim_world *w);
