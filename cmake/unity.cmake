# The files of a folder are compiled together, eight at a time: most of the time goes into headers and templates that all
# of them need. No two files of a folder define the same name. clang-tidy (tools/check.sh lint) reads each file alone, so
# that each includes what it uses.
option(LIMN_UNITY "Compile the files of a folder together" ON)

# compile_together(target source…): files with compile options of their own must not be among them.
function(compile_together target)
  if(NOT LIMN_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  foreach(source ${ARGN})
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE folder)
    cmake_path(GET folder PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER "${folder}" folder)
    if(NOT DEFINED count_${folder})
      set(count_${folder} 0)
    endif()
    math(EXPR part "${count_${folder}} / 8")
    math(EXPR count_${folder} "${count_${folder}} + 1")
    set_property(SOURCE ${source} PROPERTY UNITY_GROUP ${folder}_${part})
  endforeach()
endfunction()
