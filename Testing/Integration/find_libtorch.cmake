# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# LIBTORCH_ROOT: a folder with nothing but include and lib is enough, wherever these lead to; one without the headers,
# or without the libraries, is refused by a message that says what to set, even where LibTorch is elsewhere too.
#
#   cmake -D WORK_DIR=… -D GENERATOR=… -D LIBTORCH_ROOT=<a complete one> -P …

file(REMOVE_RECURSE "${WORK_DIR}")

function(configure name root)
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/find-libtorch" -B "${WORK_DIR}/${name}" -G "${GENERATOR}"
            "-DLIBTORCH_ROOT=${root}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  set(result "${result}" PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_found name root)
  configure(${name} "${WORK_DIR}/${root}")
  string(FIND "${output}" "found ${WORK_DIR}/${root}/lib/" place)
  if(NOT result EQUAL 0 OR place EQUAL -1)
    message(FATAL_ERROR "LibTorch in ${root} gave (${result}):\n${output}")
  endif()
endfunction()

function(expect_refusal name missing)
  configure(${name} "${WORK_DIR}/${name}-root")
  string(FIND "${output}"
    "Set LIBTORCH_ROOT (now: \"${WORK_DIR}/${name}-root\") to a folder that holds LibTorch's include and lib" place)
  if(result EQUAL 0 OR place EQUAL -1 OR NOT output MATCHES "missing: [^)]*${missing}")
    message(FATAL_ERROR "LibTorch without ${missing} gave (${result}):\n${output}")
  endif()
endfunction()

foreach(link linked-root/include linked-root/lib other-root/include other-root/lib headless-root/lib
  bodiless-root/include)
  get_filename_component(root "${link}" DIRECTORY)
  file(MAKE_DIRECTORY "${WORK_DIR}/${root}")
  get_filename_component(folder "${link}" NAME)
  file(CREATE_LINK "${LIBTORCH_ROOT}/${folder}" "${WORK_DIR}/${link}" SYMBOLIC)
endforeach()

expect_found(linked linked-root)
expect_refusal(headless LibTorch_INCLUDE_DIR)
expect_refusal(bodiless LibTorch_CPU_LIBRARY)

# The same build folder and another root: what was found before does not hold.
expect_found(headless linked-root)
expect_found(linked other-root)
