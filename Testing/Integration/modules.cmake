# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# The picture of the modules in Documentation/Architecture.md is that of CMake's targets, and each module has a row in
# the table below it and a group of Doxygen.
#
#   cmake -D SOURCE_DIR=… -D MODULES=<names> -D "ARROWS=<A --\> B>" -P …     lists with commas between their elements

cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" MODULES "${MODULES}")
string(REPLACE "," ";" ARROWS "${ARROWS}")
file(STRINGS "${SOURCE_DIR}/Documentation/Architecture.md" lines ENCODING UTF-8)
file(READ "${SOURCE_DIR}/Documentation/Doxygen/Groups.dox" groups)
set(drawn)
set(described)
foreach(line IN LISTS lines)
  if(line MATCHES "^  ([A-Za-z]+ --> [A-Za-z]+)$")
    list(APPEND drawn "${CMAKE_MATCH_1}")
  elseif(line MATCHES "^\\| `([A-Za-z]+)` \\|")
    list(APPEND described "${CMAKE_MATCH_1}")
  endif()
endforeach()
list(SORT drawn)
list(SORT ARROWS)
if(NOT drawn STREQUAL ARROWS OR drawn STREQUAL "")
  message(FATAL_ERROR "Architecture.md draws\n${drawn}\nbut the targets are linked as\n${ARROWS}")
endif()
foreach(module IN LISTS MODULES)
  if(NOT module IN_LIST described)
    message(FATAL_ERROR "Architecture.md has no row for ${module}.")
  endif()
endforeach()
file(GLOB folders RELATIVE "${SOURCE_DIR}/Modules" "${SOURCE_DIR}/Modules/*/include")
foreach(folder IN LISTS folders)
  get_filename_component(module "${folder}" DIRECTORY)
  if(NOT groups MATCHES "defgroup ITKTorch${module} ")
    message(FATAL_ERROR "Documentation/Doxygen/Groups.dox has no group for ${module}.")
  endif()
endforeach()
