# One GoogleTest program per folder of tests/: tests/text/*_test.cc → text_test.
find_package(GTest REQUIRED)
include(GoogleTest)

# Folders whose tests run the command (LIMN_PROGRAM is its path). These tests and those of the server need LIMN_APPS.
set(folders_that_run_limn cli golden hub readme)

# Compiles like every other test: definitions, flags, and the precompiled headers that the test programs share.
function(test_settings target)
  target_include_directories(${target} PRIVATE src tests ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE LIMN_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                             LIMN_BINARY_DIR="${PROJECT_BINARY_DIR}" LIMN_PROGRAM="${PROJECT_BINARY_DIR}/limn")
  target_link_libraries(${target} PRIVATE limn::limn GTest::gmock_main fmt::fmt nlohmann_json::nlohmann_json
                        Eigen3::Eigen)
  # Tests are compiled more often than they are run.
  # `if (x) EXPECT_EQ(a, b);` holds a second if: with braces removed by clang-format, GCC warns.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1> -Wno-dangling-else)
endfunction()

if(LIMN_PRECOMPILED_HEADERS)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/test_headers.cc CONTENT "" @ONLY)
  add_library(test_headers OBJECT ${PROJECT_BINARY_DIR}/test_headers.cc)
  test_settings(test_headers)
  target_precompile_headers(test_headers PRIVATE ${common_headers} <gmock/gmock.h> <gtest/gtest.h>)
endif()

file(GLOB folders RELATIVE ${PROJECT_SOURCE_DIR}/tests CONFIGURE_DEPENDS tests/*)
foreach(folder ${folders})
  file(GLOB sources CONFIGURE_DEPENDS tests/${folder}/*_test.cc)
  if(sources AND NOT LIMN_APPS AND (folder IN_LIST folders_that_run_limn OR folder STREQUAL server))
    list(APPEND left_out ${folder})
    continue()
  endif()
  if(sources)
    add_executable(${folder}_test ${sources})
    test_settings(${folder}_test)
    if(LIMN_PRECOMPILED_HEADERS)
      target_precompile_headers(${folder}_test REUSE_FROM test_headers)
    endif()
    compile_together(${folder}_test ${sources})
    if(folder STREQUAL api)
      target_link_libraries(api_test PRIVATE gomp)  # GCC's OpenMP library, whose settings limn must not change
    endif()
    if(folder STREQUAL server)
      target_link_libraries(server_test PRIVATE limn_apps)
    endif()
    if(folder IN_LIST folders_that_run_limn OR (folder STREQUAL server AND LIMN_APPS))
      add_dependencies(${folder}_test limn limn-pull)
      if(TARGET limn-pdf)
        add_dependencies(${folder}_test limn-pdf)
      endif()
    endif()
    # Listing the tests is slow with a sanitizer or on a busy machine.
    gtest_discover_tests(${folder}_test NO_PRETTY_VALUES DISCOVERY_TIMEOUT 120 PROPERTIES TIMEOUT 600)
  endif()
endforeach()

# Once more in the loops of processors without AVX2, whose sums round more often: they have the same tolerances.
if(TARGET golden_test)
  add_test(NAME golden.baseline COMMAND golden_test --gtest_brief=1)
  set_tests_properties(golden.baseline PROPERTIES ENVIRONMENT LIMN_ISA=baseline TIMEOUT 600)
endif()

if(left_out)
  list(JOIN left_out ", " left_out)
  message(STATUS "LIMN_APPS is off: the tests of ${left_out} are left out")
endif()

# Two files that include every header, private ones too, see tests/structure/types_test.cc.
file(GLOB_RECURSE headers RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS include/limn/*.h src/*.h)
list(TRANSFORM headers REPLACE "^(include|src)/(.*)$" "#include \"\\2\"")
list(JOIN headers "\n" headers)
if(TARGET limn)
  add_dependencies(structure_test limn limn-pull)
endif()
foreach(file every_header_1 every_header_2)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/structure/${file}.cc CONTENT "${headers}\n" @ONLY)
  target_sources(structure_test PRIVATE ${PROJECT_BINARY_DIR}/structure/${file}.cc)
endforeach()

# The library and its tests can be configured without the dependencies of the command.
add_test(NAME package.without_apps
         COMMAND ${CMAKE_COMMAND} -S ${PROJECT_SOURCE_DIR} -B ${PROJECT_BINARY_DIR}/package/without_apps
                 -G ${CMAKE_GENERATOR} -DLIMN_APPS=OFF -DLIMN_TESTS=ON -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
                 -DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON -DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON
                 -DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON -DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON)
set_tests_properties(package.without_apps PROPERTIES TIMEOUT 600
                     PASS_REGULAR_EXPRESSION "LIMN_APPS is off: the tests of .*cli.*server.* are left out.*Generating done")

# tests/package: installs limn into the build folder, then builds and runs a project that finds it there.
set(installed ${PROJECT_BINARY_DIR}/package/installed)
set(consumer ${PROJECT_BINARY_DIR}/package/consumer)
add_test(NAME package.install COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${installed})
add_test(NAME package.find_package
         COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test ${PROJECT_SOURCE_DIR}/tests/package ${consumer}
                 --build-generator ${CMAKE_GENERATOR}
                 --build-options -DCMAKE_PREFIX_PATH=${installed} -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}
                                 -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DCMAKE_CXX_FLAGS_DEBUG=${CMAKE_CXX_FLAGS_DEBUG}
                 --test-command ${consumer}/consumer ${installed}/share/limn/models/minilm-l6-sentiment)
set_tests_properties(package.install PROPERTIES FIXTURES_SETUP package)
set_tests_properties(package.find_package PROPERTIES FIXTURES_REQUIRED package)

# The packages for Debian are installed below a folder, used, and removed.
if(TARGET limn)
  add_test(NAME package.deb COMMAND ${PROJECT_SOURCE_DIR}/tools/deb.sh ${PROJECT_BINARY_DIR})
  set_tests_properties(package.deb PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
endif()

# Each public declaration has a comment, otherwise Doxygen fails. Without Doxygen, the test is skipped with a message.
add_test(NAME docs COMMAND ${PROJECT_SOURCE_DIR}/tools/docs.sh ${PROJECT_BINARY_DIR}/docs)
set_tests_properties(docs PROPERTIES SKIP_RETURN_CODE 77)

# The example of docs/architecture.md still is all that it takes to add an option.
add_test(NAME docs.option_example COMMAND ${PROJECT_SOURCE_DIR}/tools/option_example.sh
                                          ${PROJECT_BINARY_DIR}/docs/option_example ${CMAKE_CXX_COMPILER})
set_tests_properties(docs.option_example PROPERTIES SKIP_RETURN_CODE 77)

if(TARGET limn)
  add_test(NAME demo COMMAND ${PROJECT_SOURCE_DIR}/tools/demo.sh $<TARGET_FILE:limn> ${PROJECT_BINARY_DIR}/demo.html)
  # Results of all three models; the last line is printed only if nothing failed.
  set_tests_properties(demo PROPERTIES PASS_REGULAR_EXPRESSION "Argead.*positive.*PER Ada Lovelace.*The same in a browser")
endif()

# tests/web: the viewer and the page. tools/web.sh skips them with a message if Node, its packages or Chromium are missing.
if(TARGET limn)
  foreach(task bundle-check check unit browser served)
    add_test(NAME web.${task} COMMAND ${PROJECT_SOURCE_DIR}/tools/web.sh ${task} ${PROJECT_BINARY_DIR}/web)
    set_tests_properties(web.${task} PROPERTIES SKIP_RETURN_CODE 77 RESOURCE_LOCK web TIMEOUT 900
                         ENVIRONMENT LIMN_PROGRAM=$<TARGET_FILE:limn>)
  endforeach()
endif()

# tests/python: the Python package, installed from its wheel. tools/python.sh skips it with a message if pip cannot
# install what it needs.
if("${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_DEBUG}" MATCHES "-fsanitize")
  message(STATUS "The tests of the Python package are left out: Python cannot load a library that has sanitizers")
elseif(TARGET limn)
  add_test(NAME python COMMAND ${PROJECT_SOURCE_DIR}/tools/python.sh test)
  set_tests_properties(python PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900 ENVIRONMENT LIMN_BUILD=${PROJECT_BINARY_DIR})
endif()

# README.md: each C++ block is built and run as a program; tests/readme runs the commands.
file(READ README.md readme)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS README.md)
set(number 0)
set(fence "\n```cpp\n")
string(FIND "${readme}" "${fence}" begin)
while(NOT begin EQUAL -1)
  string(LENGTH "${fence}" length)
  math(EXPR begin "${begin} + ${length}")
  string(SUBSTRING "${readme}" ${begin} -1 readme)
  string(FIND "${readme}" "\n```" end)
  math(EXPR end "${end} + 1")
  string(SUBSTRING "${readme}" 0 ${end} program)
  math(EXPR number "${number} + 1")
  file(CONFIGURE OUTPUT readme/program_${number}.cc CONTENT "${program}" @ONLY)
  add_executable(readme_program_${number} ${PROJECT_BINARY_DIR}/readme/program_${number}.cc)
  target_link_libraries(readme_program_${number} PRIVATE limn::limn)
  add_test(NAME readme.program_${number} COMMAND readme_program_${number})
  set_tests_properties(readme.program_${number} PROPERTIES WORKING_DIRECTORY ${PROJECT_BINARY_DIR}/readme)
  string(FIND "${readme}" "${fence}" begin)
endwhile()
if(NOT EXISTS ${PROJECT_BINARY_DIR}/readme/models)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/models ${PROJECT_BINARY_DIR}/readme/models SYMBOLIC)
endif()
