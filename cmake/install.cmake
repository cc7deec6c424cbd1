# cmake --install: the library and its headers for find_package(limn), the command, the bundled models.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS liblimn EXPORT limn-targets)
install(DIRECTORY include/limn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
if(TARGET limn)
  install(TARGETS limn limn-pull)
endif()
install(FILES LICENSE NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY models DESTINATION ${CMAKE_INSTALL_DATADIR}/limn)

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/limn)
# For python/: the same package, but in this build folder.
export(EXPORT limn-targets NAMESPACE limn:: FILE ${PROJECT_BINARY_DIR}/export/limn-targets.cmake)
configure_file(cmake/limn-config.cmake ${PROJECT_BINARY_DIR}/export/limn-config.cmake COPYONLY)
install(EXPORT limn-targets NAMESPACE limn:: DESTINATION ${config_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/limn-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/limn-config.cmake ${PROJECT_BINARY_DIR}/limn-config-version.cmake DESTINATION ${config_folder})
