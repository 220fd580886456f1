set(TEST_SOURCES aim.c curve.c demand.c forecast.c keep.c learned.c ratelimit.c)
