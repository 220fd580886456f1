set(TEST_SOURCES ask.c index.c key.c marks.c model.c wishes.c)
