set(TEST_SOURCES metrics.c)
