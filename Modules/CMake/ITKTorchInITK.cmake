# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Makes this project the module ITKTorch of the ITK whose source tree it is in. ITK installs and exports the libraries
# then;
# itktorch_add_module() gives each of them to ITK.

if(ITK_VERSION VERSION_LESS 5.4)
  message(FATAL_ERROR
    "ITKTorch is a module of ITK 5.4 and later, but this is ITK ${ITK_VERSION}: build ITK first, then ITKTorch with ITK_DIR.")
endif()
if(DISABLE_MODULE_TESTS)
  set(BUILD_TESTING OFF)
endif()

# Where ITK installs, with a folder of its own for the headers.
set(CMAKE_INSTALL_BINDIR "${ITK_INSTALL_RUNTIME_DIR}")
set(CMAKE_INSTALL_LIBDIR "${ITK_INSTALL_LIBRARY_DIR}")
set(CMAKE_INSTALL_INCLUDEDIR "${ITK_INSTALL_INCLUDE_DIR}")
set(ITK_INSTALL_INCLUDE_DIR "${ITK_INSTALL_INCLUDE_DIR}/ITKTorch")

if(NOT LIBTORCH_ROOT AND NOT DEFINED ENV{LIBTORCH_ROOT})
  file(GLOB LIBTORCH_ROOT "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch")
endif()
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
find_package(LibTorch 2.7 REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL OFF)

# What a project that finds this ITK needs to link static libraries, and to compute on tensors itself.
foreach(_kind BUILD INSTALL)
  if(_kind STREQUAL "BUILD")
    set(_folder "${PROJECT_SOURCE_DIR}/Modules/CMake")
  else()
    set(_folder "\${ITK_INSTALL_PREFIX}/${ITK_INSTALL_PACKAGE_DIR}")
  endif()
  get_filename_component(_libtorch_root "${LibTorch_LIBRARY_DIR}" DIRECTORY)
  set(ITKTorch_EXPORT_CODE_${_kind} "
if(NOT ITK_BINARY_DIR)
  set(_itktorch_module_path \"\${CMAKE_MODULE_PATH}\")
  list(PREPEND CMAKE_MODULE_PATH \"${_folder}\")
  if(NOT LIBTORCH_ROOT AND NOT DEFINED ENV{LIBTORCH_ROOT} AND EXISTS \"${_libtorch_root}\")
    set(LIBTORCH_ROOT \"${_libtorch_root}\")
  endif()
  find_package(LibTorch QUIET)
  find_package(nlohmann_json QUIET)
  set(CMAKE_MODULE_PATH \"\${_itktorch_module_path}\")
  unset(_itktorch_module_path)
endif()
")
endforeach()
install(FILES "${CMAKE_CURRENT_LIST_DIR}/FindLibTorch.cmake" DESTINATION ${ITK_INSTALL_PACKAGE_DIR} COMPONENT
  Development)

# In the order of their dependencies, as in Modules/CMakeLists.txt.
file(STRINGS "${PROJECT_SOURCE_DIR}/Modules/CMakeLists.txt" _folders REGEX "^ *add_subdirectory")
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/include")
set(ITKTorch_INCLUDE_DIRS "${PROJECT_BINARY_DIR}/include")
set(ITKTorch_LIBRARIES)
foreach(_line IN LISTS _folders)
  string(REGEX REPLACE ".*\\((.*)\\)" "\\1" _name "${_line}")
  if(NOT _name STREQUAL "CLI")
    list(APPEND ITKTorch_LIBRARIES ITKTorch${_name})
    list(APPEND ITKTorch_INCLUDE_DIRS "${PROJECT_SOURCE_DIR}/Modules/${_name}/include")
  endif()
endforeach()
itk_module_impl()

# The modules that this one depends on, in the variables that a found package sets.
set(ITK_DIR "${ITK_BINARY_DIR}/CMakeTmp")
find_package(ITK REQUIRED COMPONENTS ${ITK_MODULE_ITKTorch_DEPENDS})
include(itkVersion) # which that call has set to 0

if(BUILD_TESTING AND NOT TARGET GTest::gtest_main)
  add_library(GTest::gtest_main ALIAS gtest_main)
endif()
