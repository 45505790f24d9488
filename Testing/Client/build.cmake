# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Configures and builds the client against the installation in PREFIX. An area that does not compile has no program
# afterwards, and its test fails; the others are built.
#
#   cmake -D BINARY_DIR=… -D PREFIX=… -D GENERATOR=… -D BUILD_TYPE=… -D CXX_FLAGS=… -D ITK_DIR=… -D LIBTORCH_ROOT=… -P
#   build.cmake

file(REMOVE_RECURSE "${BINARY_DIR}")
string(TIMESTAMP begin "%s")
execute_process(
  COMMAND "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${BINARY_DIR}" -G "${GENERATOR}"
    "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}" "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}" "-DCMAKE_PREFIX_PATH=${PREFIX}"
      "-DITK_DIR=${ITK_DIR}"
    "-DLIBTORCH_ROOT=${LIBTORCH_ROOT}"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "Configuring failed (${result}):\n${output}")
endif()
set(go_on)
if(GENERATOR MATCHES "Ninja")
  set(go_on -- -k 0)
elseif(GENERATOR MATCHES "Makefiles")
  set(go_on -- -k)
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${BINARY_DIR}" --config "${BUILD_TYPE}" --parallel 2 ${go_on}
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(TIMESTAMP end "%s")
math(EXPR seconds "${end} - ${begin}")
message(STATUS "Built in ${seconds} seconds.")
if(NOT result EQUAL 0)
  message(STATUS "Not all areas compile:\n${output}")
endif()
file(GLOB programs "${BINARY_DIR}/bin/*")
if(NOT programs)
  message(FATAL_ERROR "No area compiles.")
endif()
