# The files of a folder are compiled together, eight at a time: most of the time goes into headers and templates that all
# of them need. No two files of a folder define the same name. `tools/check.sh includes` compiles each file alone, so that
# each includes what it uses.
option(LIMN_UNITY "Compile the files of a folder together" ON)

# compile_briefly(target folder…): what nobody waits for is optimised less, since compiling it takes longer than running it.
# For folders that compile_together() gets afterwards: files with options of their own would not be compiled together.
function(compile_briefly target)
  set_property(TARGET ${target} PROPERTY brief_folders ${ARGN})
endfunction()

# compile_together(target source…): files with compile options of their own must not be among them.
function(compile_together target)
  get_property(brief TARGET ${target} PROPERTY brief_folders)
  set(less $<$<CONFIG:Release>:-O1>)
  if(NOT LIMN_UNITY)
    foreach(source ${ARGN})
      cmake_path(GET source PARENT_PATH folder)
      cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
      if(folder IN_LIST brief)
        set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS ${less})
      endif()
    endforeach()
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  foreach(source ${ARGN})
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE folder)
    cmake_path(GET folder PARENT_PATH path)
    string(MAKE_C_IDENTIFIER "${path}" folder)
    if(NOT DEFINED count_${folder})
      set(count_${folder} 0)
    endif()
    math(EXPR part "${count_${folder}} / 8")
    math(EXPR count_${folder} "${count_${folder}} + 1")
    set_property(SOURCE ${source} PROPERTY UNITY_GROUP ${folder}_${part})
    if(path IN_LIST brief)
      set_property(SOURCE ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir/Unity/unity_${folder}_${part}_cxx.cxx
                   PROPERTY COMPILE_OPTIONS ${less})
    endif()
  endforeach()
endfunction()
