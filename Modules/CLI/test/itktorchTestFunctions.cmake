# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# What tests of the itktorch program share. ITKTORCH: program. TEST_IMAGES: program that compares images. FOLDER: where
# they run.

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

# Sets, of two images on one grid: the largest difference, and the least and the most of the first one's values.
function(compare_images one other)
  execute_process(COMMAND "${TEST_IMAGES}" "${one}" "${other}"
    WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE result OUTPUT_VARIABLE numbers ERROR_VARIABLE error)
  if(NOT result EQUAL 0 OR NOT numbers MATCHES "^([^ ]+) ([^ ]+) ([^ ]+)\n$")
    fail("${one} and ${other} must be comparable, but: ${error}")
  endif()
  set(difference "${CMAKE_MATCH_1}" PARENT_SCOPE)
  set(least "${CMAKE_MATCH_2}" PARENT_SCOPE)
  set(most "${CMAKE_MATCH_3}" PARENT_SCOPE)
endfunction()

# The images must differ by no more than the tolerance, and hold more than one value.
function(expect_equal_images one other tolerance)
  compare_images(${one} ${other})
  if(NOT difference LESS_EQUAL tolerance OR NOT least LESS most)
    string(CONCAT text "${one} and ${other} must differ by at most ${tolerance}, but do by ${difference}; "
      "values are in [${least}, ${most}].")
    fail("${text}")
  endif()
endfunction()

function(expect_equal_files one two)
  file(SHA256 "${FOLDER}/${one}" first)
  file(SHA256 "${FOLDER}/${two}" second)
  if(NOT first STREQUAL second)
    fail("${one} must equal ${two}.")
  endif()
endfunction()
