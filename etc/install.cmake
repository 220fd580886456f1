# What `cmake --install` puts below the prefix. The program finds its plugins, and pkg-config its
# paths, relative to where they are themselves: --prefix, DESTDIR, and moving the tree later, work.
#
#     bin/hubgate                  lib/hubgate/plugins/*.so
#     include/hubgate/hg/*.h       lib/libhubgate-fake.a      lib/pkgconfig/hubgate-*.pc
#     share/doc/hubgate/           README.md, docs/, etc/, the plugins' READMEs
file(STRINGS core/include/hg/abi.h HG_ABI REGEX "^#define HG_ABI ")
string(REGEX REPLACE ".* ([0-9]+)u$" "\\1" HG_ABI "${HG_ABI}")
set(HG_FAKE_REQUIRES "libevent_core openssl jansson yaml-0.1")
foreach(module hubgate-plugin hubgate-fake)
	configure_file(etc/pkgconfig/${module}.pc.in ${CMAKE_BINARY_DIR}/${module}.pc @ONLY)
	install(FILES ${CMAKE_BINARY_DIR}/${module}.pc DESTINATION lib/pkgconfig)
endforeach()

install(TARGETS hubgate RUNTIME DESTINATION bin)
install(TARGETS hg_fake ARCHIVE DESTINATION lib)
install(DIRECTORY core/include/hg core/fake/include/hg DESTINATION include/hubgate
	FILES_MATCHING PATTERN "*.h")
set(HG_DOC share/doc/hubgate)
install(FILES README.md DESTINATION ${HG_DOC})
install(DIRECTORY docs DESTINATION ${HG_DOC})
install(DIRECTORY etc DESTINATION ${HG_DOC}
	PATTERN pkgconfig EXCLUDE PATTERN install.cmake EXCLUDE)
file(GLOB readmes CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} plugins/*/README.md)
foreach(readme ${readmes})
	get_filename_component(folder ${readme} DIRECTORY)
	install(FILES ${readme} DESTINATION ${HG_DOC}/${folder})
endforeach()
