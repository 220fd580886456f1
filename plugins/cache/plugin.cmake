set(TEST_SOURCES index.c key.c marks.c wishes.c)
