set(TEST_SOURCES curve.c ratelimit.c)
