# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Finds LibTorch from its headers and libraries alone: no TorchConfig.cmake, no CUDA toolkit, no Python import.
#
# Input     LIBTORCH_ROOT (CMake or environment variable): a folder with LibTorch's include and lib; nothing else is
#           searched then. Otherwise .venv beside the sources, the torch package of the Python that CMake finds, and
#           the system's folders.
# Output    LibTorch_FOUND, LibTorch_VERSION, LibTorch_LIBRARY_DIR, target LibTorch::CPU (torch_cpu and c10).

set(_libtorch_where)
if(LIBTORCH_ROOT)
  set(_libtorch_root "${LIBTORCH_ROOT}")
else()
  set(_libtorch_root "$ENV{LIBTORCH_ROOT}")
endif()
if(_libtorch_root)
  get_filename_component(_libtorch_hints "${_libtorch_root}" ABSOLUTE BASE_DIR "${CMAKE_SOURCE_DIR}")
  set(_libtorch_where NO_DEFAULT_PATH)
else()
  file(GLOB _libtorch_hints "${CMAKE_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch")
endif()
if(NOT _libtorch_hints AND NOT LIBTORCH_NO_PYTHON)
  find_package(Python3 QUIET COMPONENTS Interpreter)
  if(Python3_EXECUTABLE)
    execute_process(
      COMMAND
        "${Python3_EXECUTABLE}" -c
        "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '', end='')"
      OUTPUT_VARIABLE _libtorch_hints
      ERROR_QUIET)
  endif()
endif()

# Another root in a build folder that has found one already.
if(NOT "${_libtorch_root}" STREQUAL "${LibTorch_SEARCHED_ROOT}")
  unset(LibTorch_INCLUDE_DIR CACHE)
  unset(LibTorch_CPU_LIBRARY CACHE)
  unset(LibTorch_C10_LIBRARY CACHE)
  set(LibTorch_SEARCHED_ROOT "${_libtorch_root}" CACHE INTERNAL "LIBTORCH_ROOT of the last search")
endif()

find_path(LibTorch_INCLUDE_DIR ATen/ATen.h HINTS ${_libtorch_hints} PATH_SUFFIXES include ${_libtorch_where})
find_library(LibTorch_CPU_LIBRARY torch_cpu HINTS ${_libtorch_hints} PATH_SUFFIXES lib ${_libtorch_where})
find_library(LibTorch_C10_LIBRARY c10 HINTS ${_libtorch_hints} PATH_SUFFIXES lib ${_libtorch_where})
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY)

unset(LibTorch_VERSION)
foreach(_header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
  if(LibTorch_INCLUDE_DIR AND NOT LibTorch_VERSION AND EXISTS "${LibTorch_INCLUDE_DIR}/${_header}")
    file(STRINGS "${LibTorch_INCLUDE_DIR}/${_header}" _numbers REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    string(REGEX REPLACE "[^0-9;]" "" _numbers "${_numbers}")
    list(JOIN _numbers "." LibTorch_VERSION)
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  LibTorch
  REQUIRED_VARS LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE
    "Set LIBTORCH_ROOT (now: \"${_libtorch_root}\") to a folder that holds LibTorch's include and lib (for the PyPI package: <site-packages>/torch), or run Examples/setup.sh, which installs one into .venv.")

if(LibTorch_FOUND)
  get_filename_component(LibTorch_LIBRARY_DIR "${LibTorch_CPU_LIBRARY}" DIRECTORY)
  if(NOT TARGET LibTorch::CPU)
    add_library(LibTorch::C10 SHARED IMPORTED)
    set_target_properties(LibTorch::C10 PROPERTIES IMPORTED_LOCATION "${LibTorch_C10_LIBRARY}")
    add_library(LibTorch::CPU SHARED IMPORTED)
    set_target_properties(
      LibTorch::CPU
      PROPERTIES IMPORTED_LOCATION "${LibTorch_CPU_LIBRARY}"
                 INTERFACE_INCLUDE_DIRECTORIES
                 "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
                 INTERFACE_COMPILE_FEATURES cxx_std_17
                 INTERFACE_LINK_LIBRARIES LibTorch::C10)
  endif()
endif()
