# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# What tests of the itktorch program share. ITKTORCH: program. FOLDER: where it runs.

function(fail text)
  message(SEND_ERROR "${text}")
endfunction()

# run(<exit status> ARGS <arguments> [SAYS <regular expressions for standard error>])
# A refused command says one line on standard error and nothing on standard output.
function(run status)
  cmake_parse_arguments(arg "" "" "ARGS;SAYS" ${ARGN})
  execute_process(COMMAND "${ITKTORCH}" ${arg_ARGS}
    WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error)
  set(shown "itktorch ${arg_ARGS}: exit status ${result}\nstandard output: ${output}\nstandard error: ${error}")
  if(NOT result STREQUAL status)
    fail("The exit status must be ${status}. ${shown}")
  endif()
  foreach(expression ${arg_SAYS})
    if(NOT error MATCHES "${expression}")
      fail("Standard error must match '${expression}'. ${shown}")
    endif()
  endforeach()
  if(NOT status EQUAL 0 AND (NOT error MATCHES "^itktorch: [^\n]+\n$" OR NOT output STREQUAL ""))
    fail("There must be one line on standard error and nothing on standard output. ${shown}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_file name)
  if(NOT EXISTS "${FOLDER}/${name}")
    fail("${name} must have been written.")
  endif()
endfunction()
