# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# find_package(ITKTorch) leaves every variable of ITK as it was, before and after find_package(ITK COMPONENTS …).
#
#   cmake -D WORK_DIR=… -D GENERATOR=… -D PREFIX=… -D CXX_FLAGS=… -D ITK_DIR=… -D LIBTORCH_ROOT=… -D RESULTS=… -P …

set(passed 0)
set(failed 0)
file(WRITE "${RESULTS}/FindPackage.csv" "FindPackage,,ended early,,,\n")
function(check is_right text)
  if(is_right)
    math(EXPR passed "${passed} + 1")
  else()
    math(EXPR failed "${failed} + 1")
    message(SEND_ERROR "${text}")
  endif()
  set(passed "${passed}" PARENT_SCOPE)
  set(failed "${failed}" PARENT_SCOPE)
endfunction()

# Sets `same`, and `difference` to the names of the variables whose values differ.
function(compare first second)
  file(STRINGS "${first}" a)
  file(STRINGS "${second}" b)
  set(difference)
  set(left "${a}")
  list(REMOVE_ITEM left ${b})
  set(right "${b}")
  list(REMOVE_ITEM right ${a})
  foreach(line IN LISTS left right)
    string(REGEX REPLACE "=.*" "" name "${line}")
    list(APPEND difference "${name}")
  endforeach()
  list(REMOVE_DUPLICATES difference)
  list(LENGTH difference count)
  list(SUBLIST difference 0 12 difference)
  string(JOIN ", " difference ${difference})
  set(difference "${count} variables differ: ${difference}" PARENT_SCOPE)
  if(count EQUAL 0)
    set(same TRUE PARENT_SCOPE)
  else()
    set(same FALSE PARENT_SCOPE)
  endif()
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
foreach(order alone first last only)
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${WORK_DIR}/${order}" -G "${GENERATOR}"
      "-DORDER=${order}"
      "-DVARIABLES=${WORK_DIR}/${order}.txt" "-DCMAKE_PREFIX_PATH=${PREFIX}" "-DITK_DIR=${ITK_DIR}"
      "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}" "-DLIBTORCH_ROOT=${LIBTORCH_ROOT}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result EQUAL 0)
    check(TRUE "")
  else()
    check(FALSE "ITKTorch ${order}: configuring failed:\n${output}")
  endif()
endforeach()

compare("${WORK_DIR}/alone.txt" "${WORK_DIR}/last.txt")
check(${same} "ITKTorch after ITK: ${difference}.")
compare("${WORK_DIR}/alone.txt" "${WORK_DIR}/first.txt")
check(${same} "ITKTorch before ITK: ${difference}.")

foreach(order first last only)
  execute_process(COMMAND "${CMAKE_COMMAND}" --build "${WORK_DIR}/${order}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result EQUAL 0)
    execute_process(COMMAND "${WORK_DIR}/${order}/find-package" "${WORK_DIR}/${order}/transform.tfm"
      RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  endif()
  if(result EQUAL 0)
    check(TRUE "")
  else()
    string(SUBSTRING "${output}" 0 3000 output)
    check(FALSE "ITKTorch ${order}: a program that needs other modules of ITK does not build or run:\n${output}")
  endif()
endforeach()

if(failed GREATER 0)
  set(failed_tests 1)
else()
  set(failed_tests 0)
endif()
file(WRITE "${RESULTS}/FindPackage.csv" "FindPackage,1,${failed_tests},${passed},${failed},0\n")
message(STATUS "FindPackage: ${passed} checks passed, ${failed} failed.")
