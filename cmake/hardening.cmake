# What is installed makes memory errors harder to exploit: checked string and memory functions, stack protector, pages of
# large frames touched in order, marks for indirect branches and returns (CET), and relocations that are read-only from
# the start. Debug builds have sanitizers instead. tests/structure/hardening_test.cc reads the binaries.
include(CheckCXXCompilerFlag)
set(optimised $<NOT:$<CONFIG:Debug>>)
add_compile_options($<${optimised}:-U_FORTIFY_SOURCE> $<${optimised}:-D_FORTIFY_SOURCE=2>)
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
  string(MAKE_C_IDENTIFIER "LIMN_HAS${flag}" known)
  check_cxx_compiler_flag(${flag} ${known})
  if(${known})
    add_compile_options($<${optimised}:${flag}>)
  endif()
endforeach()
add_link_options(LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
