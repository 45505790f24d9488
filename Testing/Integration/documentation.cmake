# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# README's chain is the program that is compiled, and the tables of parameters and metrics are those in the code.
#
#   cmake -D SOURCE_DIR=… -D ITKTORCH=<program> -P …

file(READ "${SOURCE_DIR}/README.md" readme)
file(READ "${SOURCE_DIR}/Examples/SegmentImage/SegmentImage.cxx" chain)
string(FIND "${readme}" "```cpp\n${chain}```" position)
if(position EQUAL -1)
  message(FATAL_ERROR "README.md must show Examples/SegmentImage/SegmentImage.cxx as it is.")
endif()

foreach(page Parameters Metrics)
  string(TOLOWER "${page}" command)
  file(READ "${SOURCE_DIR}/Documentation/${page}.md" documented)
  execute_process(COMMAND "${ITKTORCH}" ${command} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
  if(NOT documented STREQUAL printed)
    message(FATAL_ERROR "Documentation/${page}.md is stale: run \"itktorch ${command} > Documentation/${page}.md\".")
  endif()
endforeach()
