# find_package(limn) defines the target limn::limn. The library is static, so its dependencies must be installed, too.
include(CMakeFindDependencyMacro)
find_dependency(fmt)
find_dependency(dnnl)
find_dependency(Threads)
find_dependency(PkgConfig)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-32)
include(${CMAKE_CURRENT_LIST_DIR}/limn-targets.cmake)
