set(TEST_SOURCES ask.c index.c key.c marks.c model.c pages.c wishes.c writes.c)
