# cmake -DFOLDER=web/dist -DOUTPUT=viewer.cc -P embed_viewer.cmake
# Writes the viewer's script and style sheet as C++ strings, with their hashes for a Content-Security-Policy.

function(sha256_base64 text result)
  set(letters "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(SHA256 digits "${text}")
  string(APPEND digits "00")  # 256 bits, padded to 22 groups of 12
  set(base64 "")
  foreach(begin RANGE 0 63 3)
    string(SUBSTRING "${digits}" ${begin} 3 group)
    math(EXPR high "0x${group} >> 6")
    math(EXPR low "0x${group} & 63")
    string(SUBSTRING "${letters}" ${high} 1 first)
    string(SUBSTRING "${letters}" ${low} 1 second)
    string(APPEND base64 "${first}${second}")
  endforeach()
  string(SUBSTRING "${base64}" 0 43 base64)
  set(${result} "${base64}=" PARENT_SCOPE)
endfunction()

file(READ "${FOLDER}/viewer.js" script)
file(READ "${FOLDER}/viewer.css" style)
sha256_base64("${script}" script_hash)
sha256_base64("${style}" style_hash)
file(WRITE "${OUTPUT}" "// Written by cmake/embed_viewer.cmake.
#include \"render/viewer.h\"

namespace limn {

const std::string_view viewer_script = R\"limn(${script})limn\";
const std::string_view viewer_script_hash = \"${script_hash}\";
const std::string_view viewer_style = R\"limn(${style})limn\";
const std::string_view viewer_style_hash = \"${style_hash}\";

}  // namespace limn
")
