# cmake --install: the library and its headers for find_package(limn), the command, the bundled models.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS liblimn EXPORT limn-targets COMPONENT library)
install(DIRECTORY include/limn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library FILES_MATCHING PATTERN "*.h")
if(TARGET limn)
  install(TARGETS limn limn-pull COMPONENT command)
  # The man pages and completions come from the command's own table of options.
  set(generated ${PROJECT_BINARY_DIR}/installed_help)
  install(CODE "
    file(MAKE_DIRECTORY ${generated})
    execute_process(COMMAND $<TARGET_FILE:limn> completion --man ${generated}/man1 COMMAND_ERROR_IS_FATAL ANY)
    foreach(shell bash zsh fish)
      execute_process(COMMAND $<TARGET_FILE:limn> completion \${shell} OUTPUT_FILE ${generated}/completion.\${shell}
                      COMMAND_ERROR_IS_FATAL ANY)
    endforeach()" COMPONENT command)
  install(DIRECTORY ${generated}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT command)
  install(FILES ${generated}/completion.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME limn
          COMPONENT command)
  install(FILES ${generated}/completion.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _limn
          COMPONENT command)
  install(FILES ${generated}/completion.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
          RENAME limn.fish COMPONENT command)
endif()
if(TARGET limn-pdf)
  install(TARGETS limn-pdf OPTIONAL COMPONENT pdf)  # the target limn does not build it
endif()
install(FILES LICENSE NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT command)
install(DIRECTORY models DESTINATION ${CMAKE_INSTALL_DATADIR}/limn COMPONENT models)
# For programs that do not use CMake.
configure_file(cmake/limn.pc.in ${PROJECT_BINARY_DIR}/limn.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/limn.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/limn)
# For python/: the same package, but in this build folder.
export(EXPORT limn-targets NAMESPACE limn:: FILE ${PROJECT_BINARY_DIR}/export/limn-targets.cmake)
configure_file(cmake/limn-config.cmake ${PROJECT_BINARY_DIR}/export/limn-config.cmake COPYONLY)
install(EXPORT limn-targets NAMESPACE limn:: DESTINATION ${config_folder} COMPONENT library)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/limn-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/limn-config.cmake ${PROJECT_BINARY_DIR}/limn-config-version.cmake DESTINATION ${config_folder}
        COMPONENT library)

# Packages for Debian (make deb): limn (command, man pages, completions), liblimn-dev, limn-models, and limn-pdf, so that
# a server needs no fonts.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME limn)
set(CPACK_PACKAGE_CONTACT "The founders of limn <limn@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "shows which words made a transformer encoder decide")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL command library models)
if(TARGET limn-pdf)
  list(APPEND CPACK_COMPONENTS_ALL pdf)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)  # xz takes a minute for the models
set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME limn)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS limn-models)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SUGGESTS limn-pdf)
set(CPACK_DEBIAN_PDF_PACKAGE_NAME limn-pdf)
set(CPACK_DEBIAN_PDF_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PDF_PACKAGE_RECOMMENDS "fonts-dejavu-core | fonts-noto-core")
set(CPACK_DEBIAN_PDF_PACKAGE_SUGGESTS "fonts-noto-core, fonts-noto-cjk, fonts-noto-color-emoji")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME liblimn-dev)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS
    "libfmt-dev, libpcre2-dev, libsqlite3-dev, libutf8proc-dev, libxml2-dev")
set(CPACK_DEBIAN_MODELS_PACKAGE_NAME limn-models)
set(CPACK_DEBIAN_MODELS_PACKAGE_ARCHITECTURE all)
foreach(component COMMAND LIBRARY MODELS PDF)
  set(CPACK_DEBIAN_${component}_DESCRIPTION "limn: which words made a transformer encoder decide")
endforeach()
include(CPack)
