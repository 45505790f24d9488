# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Installs the build tree, moves what was installed, and builds and runs a project with it.
#
#   cmake -D BUILD_DIR=… -D WORK_DIR=… -D GENERATOR=… -D BUILD_TYPE=… -D CXX_FLAGS=… -D ITK_DIR=… -D LIBTORCH_ROOT=… -P …

function(run step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "The step \"${step}\" failed (${result}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
set(prefix "${WORK_DIR}/moved to")
run("install" "${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${WORK_DIR}/installed" --config "${BUILD_TYPE}")
file(RENAME "${WORK_DIR}/installed" "${prefix}")

file(GLOB_RECURSE texts "${prefix}/*.cmake" "${prefix}/*.h" "${prefix}/*.hxx")
foreach(text IN LISTS texts)
  file(READ "${text}" content)
  foreach(folder "${BUILD_DIR}" "${CMAKE_CURRENT_LIST_DIR}" "${WORK_DIR}")
    string(FIND "${content}" "${folder}" place)
    if(place GREATER -1)
      message(FATAL_ERROR "${text} names the folder ${folder} of the build.")
    endif()
  endforeach()
endforeach()

run("configure"
  "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/installed-project" -B "${WORK_DIR}/build" -G "${GENERATOR}"
  "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}" "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}" "-DCMAKE_PREFIX_PATH=${prefix}" "-DITK_DIR=${ITK_DIR}"
  "-DLIBTORCH_ROOT=${LIBTORCH_ROOT}")
run("build" "${CMAKE_COMMAND}" --build "${WORK_DIR}/build" --config "${BUILD_TYPE}")
find_program(program installed-project PATHS "${WORK_DIR}/build" "${WORK_DIR}/build/${BUILD_TYPE}" NO_DEFAULT_PATH REQUIRED)
run("run" "${program}")
if(NOT output MATCHES "\\[64, 64\\] on auto")
  message(FATAL_ERROR "The program wrote: ${output}")
endif()
message(STATUS "${output}")
