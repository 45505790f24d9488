# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Target documentation: HTML of the public headers and of all pages, in documentation/html of the build folder. It
# fails on a warning, and exists where Doxygen and Python are found.
find_package(Doxygen QUIET OPTIONAL_COMPONENTS dot)
find_package(Python3 QUIET COMPONENTS Interpreter)
if(NOT DOXYGEN_FOUND OR NOT Python3_FOUND)
  return()
endif()

set(ITKTorch_DOCUMENTATION_DIR "${PROJECT_BINARY_DIR}/documentation")
set(ITKTorch_INCLUDE_DIRS)
set(ITKTorch_EXPORT_MACROS)
file(GLOB modules RELATIVE "${PROJECT_SOURCE_DIR}/Modules" CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/Modules/*/include")
foreach(folder IN LISTS modules)
  get_filename_component(module "${folder}" DIRECTORY)
  string(APPEND ITKTorch_INCLUDE_DIRS " \"${PROJECT_SOURCE_DIR}/Modules/${folder}\"")
  string(APPEND ITKTorch_EXPORT_MACROS " ITKTorch${module}_EXPORT=")
endforeach()
set(ITKTorch_HAVE_DOT NO)
set(ITKTorch_DOXYGEN_DOT)
if(TARGET Doxygen::dot)
  set(ITKTorch_HAVE_DOT YES)
  set(ITKTorch_DOXYGEN_DOT "--dot")
endif()
configure_file("${PROJECT_SOURCE_DIR}/Documentation/Doxygen/Doxyfile.in" "${ITKTorch_DOCUMENTATION_DIR}/Doxyfile" @ONLY)

add_custom_target(documentation
  COMMAND Doxygen::doxygen "${ITKTorch_DOCUMENTATION_DIR}/Doxyfile"
  COMMENT "Documentation in ${ITKTorch_DOCUMENTATION_DIR}/html/index.html"
  VERBATIM)
