# One GoogleTest program per folder of tests/: tests/text/*_test.cc → text_test.
find_package(GTest REQUIRED)
include(GoogleTest)

# Folders whose tests run the command: LIMN_PROGRAM is its path.
set(folders_that_run_limn apps cli demo golden readme)

file(GLOB folders RELATIVE ${PROJECT_SOURCE_DIR}/tests CONFIGURE_DEPENDS tests/*)
foreach(folder ${folders})
  file(GLOB sources CONFIGURE_DEPENDS tests/${folder}/*_test.cc)
  if(sources)
    add_executable(${folder}_test ${sources})
    target_include_directories(${folder}_test PRIVATE src tests)
    target_compile_definitions(${folder}_test PRIVATE LIMN_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                               LIMN_BINARY_DIR="${PROJECT_BINARY_DIR}" LIMN_PROGRAM="${PROJECT_BINARY_DIR}/limn")
    target_link_libraries(${folder}_test PRIVATE limn::limn GTest::gmock_main fmt::fmt nlohmann_json::nlohmann_json)
    if(TARGET limn AND folder IN_LIST folders_that_run_limn)
      add_dependencies(${folder}_test limn)
    endif()
    # Listing the tests is slow where a sanitizer or a busy machine makes starting slow.
    gtest_discover_tests(${folder}_test DISCOVERY_TIMEOUT 120 PROPERTIES TIMEOUT 600)
  endif()
endforeach()
