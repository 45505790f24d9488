# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Installs the build tree in BUILD_DIR and moves what was installed to PREFIX; no text of it names a folder of the
# build.
#
#   cmake -D BUILD_DIR=… -D SOURCE_DIR=… -D PREFIX=… -D BUILD_TYPE=… -P install.cmake

file(REMOVE_RECURSE "${PREFIX}" "${PREFIX}-before")
execute_process(
  COMMAND "${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${PREFIX}-before" --config "${BUILD_TYPE}"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The installation failed (${result}):\n${output}")
endif()
file(RENAME "${PREFIX}-before" "${PREFIX}")

file(GLOB_RECURSE texts "${PREFIX}/*.cmake" "${PREFIX}/*.h" "${PREFIX}/*.hxx")
foreach(text IN LISTS texts)
  file(READ "${text}" content)
  foreach(folder "${BUILD_DIR}" "${SOURCE_DIR}/Modules" "${SOURCE_DIR}/Testing" "${PREFIX}-before")
    string(FIND "${content}" "${folder}" place)
    if(place GREATER -1)
      message(FATAL_ERROR "${text} names the folder ${folder} of the build.")
    endif()
  endforeach()
endforeach()
