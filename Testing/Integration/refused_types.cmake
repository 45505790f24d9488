# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# The compiler refuses the types of RefusedTypes.cxx, each with the sentence above it.
#
# Usage: cmake -DBUILD_DIR=... -DSOURCE=... -P refused_types.cmake
execute_process(
  COMMAND "${CMAKE_COMMAND}" --build "${BUILD_DIR}" --target RefusedTypes
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} must not compile, but does.")
endif()
file(STRINGS "${SOURCE}" sentences REGEX "^// \".*\"$")
if(NOT sentences)
  message(FATAL_ERROR "${SOURCE} must have a sentence in quotes for each refused type.")
endif()
foreach(sentence IN LISTS sentences)
  string(REGEX REPLACE "^// \"(.*)\"$" "\\1" sentence "${sentence}")
  string(FIND "${output}" "${sentence}" place)
  if(place EQUAL -1)
    message(SEND_ERROR "The compiler does not say: ${sentence}\n${output}")
  endif()
endforeach()
