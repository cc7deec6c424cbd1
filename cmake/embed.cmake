# Embeds files in a program. embed(OUTPUT.cc NAMESPACE NAME=FILE …) writes a source file that defines, for each NAME,
# `extern const std::string_view NAME` with the bytes of FILE; it is rewritten when a file changes.
function(embed output namespace)
  set(code "// Written by cmake/embed.cmake.\n#include <string_view>\n\nnamespace ${namespace} {\n")
  foreach(pair ${ARGN})
    string(REGEX MATCH "^([^=]+)=(.+)$" matched "${pair}")
    set(name ${CMAKE_MATCH_1})
    set(file ${CMAKE_MATCH_2})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND code "static const unsigned char ${name}_bytes[] = {${bytes}0};\n"
           "extern const std::string_view ${name};\n"
           "const std::string_view ${name}(reinterpret_cast<const char*>(${name}_bytes), sizeof(${name}_bytes) - 1);\n")
  endforeach()
  string(APPEND code "}  // namespace ${namespace}\n")
  file(CONFIGURE OUTPUT ${output} CONTENT "${code}" @ONLY)
endfunction()
