# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Prints the table of checks, and writes it to RESULTS/checks.md. Lines come from each area's file in RESULTS.
#
#   cmake -D RESULTS=… -P table.cmake

file(GLOB files "${RESULTS}/*.csv")
list(SORT files)
set(table
  "| area | tests | failed tests | checks passed | checks failed | largest difference |\n|---|---|---|---|---|---|\n")
set(tests 0)
set(failed_tests 0)
set(passed 0)
set(failed 0)
foreach(file IN LISTS files)
  file(STRINGS "${file}" line LIMIT_COUNT 1)
  string(REPLACE "," ";" cells "${line}")
  string(JOIN " | " row ${cells})
  if(line MATCHES "ended early")
    string(REPLACE "," " | " row "${line}")
    math(EXPR failed_tests "${failed_tests} + 1")
  else()
    list(GET cells 1 number)
    math(EXPR tests "${tests} + ${number}")
    list(GET cells 2 number)
    math(EXPR failed_tests "${failed_tests} + ${number}")
    list(GET cells 3 number)
    math(EXPR passed "${passed} + ${number}")
    list(GET cells 4 number)
    math(EXPR failed "${failed} + ${number}")
  endif()
  string(APPEND table "| ${row} |\n")
endforeach()
string(APPEND table "| all | ${tests} | ${failed_tests} | ${passed} | ${failed} | |\n")
file(WRITE "${RESULTS}/checks.md" "${table}")
execute_process(COMMAND "${CMAKE_COMMAND}" -E cat "${RESULTS}/checks.md")
