/*
 * one_rig - the rig of a file whose tests have one each, made and taken down around them:
 *
 *     cmocka_unit_test_setup_teardown(test, setup, teardown)
 */
#pragma once
#include "rig.h"

static struct rig rig;

static int setup(void **state)
{
	(void)state;
	rig_init(&rig);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_fini(&rig);
	return 0;
}
