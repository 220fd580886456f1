set(LIBS PkgConfig::CURL PkgConfig::SSL Threads::Threads)
set(TEST_SOURCES post.c sink_http.c waiting.c)
