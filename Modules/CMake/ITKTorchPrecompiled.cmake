# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# ITKTorch_PRECOMPILE_HEADERS   option: headers that most files include are compiled once for all of them, which makes a
#                               whole build much faster. Off, a file that forgets an include is found.
# itktorch_precompile(target [EXECUTABLE] [HIDDEN] HEADERS … LINK … OPTIONS … DEFINITIONS …)
#                               precompiles them for a target that is compiled in that way; once for all targets
#                               with the same arguments. Sources with options of their own must have the property
#                               SKIP_PRECOMPILE_HEADERS.
option(ITKTorch_PRECOMPILE_HEADERS "Compile the headers that most files include once" OFF)

function(itktorch_precompile target)
  if(NOT ITKTorch_PRECOMPILE_HEADERS)
    return()
  endif()
  cmake_parse_arguments(arg "EXECUTABLE;HIDDEN" "" "HEADERS;LINK;OPTIONS;DEFINITIONS" ${ARGN})
  string(SHA1 key "${ARGN}")
  string(SUBSTRING ${key} 0 8 key)
  set(holder ITKTorchPrecompiled${key})
  if(NOT TARGET ${holder})
    file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/precompiled/${holder}.cxx" CONTENT "")
    add_library(${holder} OBJECT "${PROJECT_BINARY_DIR}/precompiled/${holder}.cxx")
    target_precompile_headers(${holder} PRIVATE ${arg_HEADERS})
    target_compile_options(${holder} PRIVATE ${arg_OPTIONS})
    target_compile_definitions(${holder} PRIVATE ${arg_DEFINITIONS})
    target_include_directories(${holder} SYSTEM PRIVATE ${ITK_INCLUDE_DIRS})
    target_link_libraries(${holder} PRIVATE ${arg_LINK})
    if(arg_EXECUTABLE)
      set_target_properties(${holder} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
      target_compile_options(${holder} PRIVATE ${CMAKE_CXX_COMPILE_OPTIONS_PIE})
    endif()
    if(arg_HIDDEN)
      set_target_properties(${holder} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    endif()
  endif()
  target_precompile_headers(${target} REUSE_FROM ${holder})
endfunction()
