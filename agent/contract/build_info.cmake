# Two uses. Included, it declares the library `build_info`; run by that at each build, it asks git for the revision and
# writes the source anew where it has changed. SOCKWARDEN_REVISION in the environment wins, for sources without git.
if(CMAKE_SCRIPT_MODE_FILE)
  set(revision "$ENV{SOCKWARDEN_REVISION}")
  if(revision STREQUAL "")
    set(ENV{GIT_OPTIONAL_LOCKS} 0)
    execute_process(
      COMMAND git -c safe.directory=* describe --always --exclude=* --abbrev=12 --dirty
      WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR}
      OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE without_git)
    if(NOT without_git EQUAL 0)
      set(revision unknown)
    endif()
  endif()
  configure_file(${CMAKE_CURRENT_LIST_DIR}/build_info.cpp.in ${OUTPUT} @ONLY)
  return()
endif()

set(build_info_source ${PROJECT_BINARY_DIR}/build_info.cpp)
add_custom_target(revision
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${build_info_source} -DVERSION=${PROJECT_VERSION} -DTYPE=${CMAKE_BUILD_TYPE}
          "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" -DLIBBPF=${LIBBPF_VERSION}
          -DMACHINE=${CMAKE_SYSTEM_PROCESSOR} -P ${CMAKE_CURRENT_LIST_FILE}
  BYPRODUCTS ${build_info_source} VERBATIM)
add_library(build_info STATIC ${build_info_source})
add_dependencies(build_info revision)
target_link_libraries(build_info PUBLIC contract)
