# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# The libraries and programs of the base need no LibTorch, directly or through others; those above it do.
#
#   cmake -D BASE=<files> -D ABOVE=<files> -P …     lists with commas between their elements

cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" BASE "${BASE}")
string(REPLACE "," ";" ABOVE "${ABOVE}")

function(find_libtorch file)
  file(GET_RUNTIME_DEPENDENCIES
    EXECUTABLES "${file}"
    RESOLVED_DEPENDENCIES_VAR resolved
    UNRESOLVED_DEPENDENCIES_VAR unresolved)
  if(NOT "${resolved}" MATCHES "libc\\.so")
    message(FATAL_ERROR "What ${file} needs cannot be read.")
  endif()
  set(found "${resolved};${unresolved}")
  list(FILTER found INCLUDE REGEX "/?lib(torch|c10|gomp)[^/]*$")
  set(found "${found}" PARENT_SCOPE)
endfunction()

foreach(file IN LISTS BASE)
  find_libtorch("${file}")
  if(NOT "${found}" STREQUAL "")
    message(SEND_ERROR "${file} must not need LibTorch, but needs ${found}.")
  endif()
endforeach()
foreach(file IN LISTS ABOVE)
  find_libtorch("${file}")
  if(NOT "${found}" MATCHES "libtorch_cpu")
    message(SEND_ERROR "${file} must need LibTorch, or else belongs to the base.")
  endif()
endforeach()
