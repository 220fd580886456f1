set(TEST_SOURCES index.c marks.c)
