# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Builds and runs, once, a program that reads a PNG with ITK and convolves it with LibTorch: each library may link
# alone and not together.

if(NOT ITKTorch_CHECKED STREQUAL "${LibTorch_CPU_LIBRARY} ${ITK_DIR}")
  message(STATUS "Checking that ITK ${ITK_VERSION} and LibTorch ${LibTorch_VERSION} work in one program")
  try_run(_run _compiled
    "${PROJECT_BINARY_DIR}/CMakeFiles/ITKTorchCheck" "${CMAKE_CURRENT_LIST_DIR}/ITKTorchCheck.cxx"
    LINK_LIBRARIES LibTorch::CPU ITKCommon ITKIOImageBase ITKIOPNG
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${ITK_INCLUDE_DIRS}" "-DCMAKE_BUILD_TYPE=Release"
                "-DCMAKE_BUILD_RPATH=${LibTorch_LIBRARY_DIR}"
    CXX_STANDARD 17
    COMPILE_OUTPUT_VARIABLE _compile_output
    RUN_OUTPUT_VARIABLE _run_output
    ARGS "${PROJECT_BINARY_DIR}/CMakeFiles/ITKTorchCheck.png")
  set(_both "ITK ${ITK_VERSION} (${ITK_DIR}) and LibTorch ${LibTorch_VERSION} (${LibTorch_LIBRARY_DIR})")
  set(_log "${PROJECT_BINARY_DIR}/CMakeFiles/ITKTorchCheck.log")
  if(NOT _compiled)
    file(WRITE "${_log}" "${_compile_output}")
    if(_compile_output MATCHES "undefined reference to [^\n]*__cxx11")
      set(_why "they were built for different C++ string ABIs (_GLIBCXX_USE_CXX11_ABI)")
    elseif(_compile_output MATCHES "fatal error: ([^\n]+)")
      set(_why "${CMAKE_MATCH_1}")
    elseif(_compile_output MATCHES "(undefined reference to [^\n]+)")
      set(_why "${CMAKE_MATCH_1}")
    elseif(_compile_output MATCHES
      "ld[^\n:]*: ?(error: )?([^\n]*(not recognized|truncated|too short|cannot find|incompatible)[^\n]*)")
      set(_why "${CMAKE_MATCH_2}")
    elseif(_compile_output MATCHES "error: ([^\n]+)")
      set(_why "${CMAKE_MATCH_1}")
    else()
      set(_why "the compiler failed")
    endif()
    message(FATAL_ERROR "${_both} cannot be built into one program: ${_why}; the compiler's output is in ${_log}.")
  elseif(NOT _run STREQUAL "0")
    file(WRITE "${_log}" "${_run_output}")
    string(STRIP "${_run_output}" _run_output)
    message(FATAL_ERROR "${_both} were built into one program, but it fails (${_run}): ${_run_output}")
  endif()
  set(ITKTorch_CHECKED "${LibTorch_CPU_LIBRARY} ${ITK_DIR}" CACHE INTERNAL
    "LibTorch and ITK that were checked together")
endif()
