# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# ITKTorch_WITH_CUDA_KERNELS                     option; ON where nvcc is found.
# itktorch_add_cuda_kernels(src/cuda/itkX.cu …)  in a module's folder: adds kernels to the plug-in ITKTorchCUDA, which
#                                                TorchKernelLibrary loads at run time; nothing links it.

if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND NOT DEFINED ENV{CUDAARCHS})
  set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 90)
endif()
if(NOT DEFINED ITKTorch_WITH_CUDA_KERNELS)
  include(CheckLanguage)
  check_language(CUDA)
  string(COMPARE NOTEQUAL "${CMAKE_CUDA_COMPILER}" "NOTFOUND" _has_nvcc)
endif()
option(ITKTorch_WITH_CUDA_KERNELS "Build the CUDA kernels (needs nvcc)" ${_has_nvcc})
if(ITKTorch_WITH_CUDA_KERNELS)
  enable_language(CUDA)
endif()

function(itktorch_add_cuda_kernels)
  if(NOT ITKTorch_WITH_CUDA_KERNELS)
    return()
  endif()
  if(NOT TARGET ITKTorchCUDA)
    add_library(ITKTorchCUDA MODULE)
    # No library path: the CUDA run time is the one that LibTorch has loaded.
    set_target_properties(
      ITKTorchCUDA
      PROPERTIES CUDA_STANDARD 17
                 CUDA_STANDARD_REQUIRED ON
                 CUDA_EXTENSIONS OFF
                 CUDA_RUNTIME_LIBRARY Shared
                 SKIP_BUILD_RPATH ON)
    # Same bits as on the CPU: no contraction of a·b+c.
    target_compile_options(ITKTorchCUDA PRIVATE --fmad=false "SHELL:-Xcompiler -Wall,-Wextra,-ffp-contract=off")
    target_link_options(ITKTorchCUDA PRIVATE LINKER:--as-needed LINKER:--no-undefined)
    install(TARGETS ITKTorchCUDA LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libraries)
  endif()
  target_sources(ITKTorchCUDA PRIVATE ${ARGN})
  target_include_directories(ITKTorchCUDA PRIVATE include src "${PROJECT_SOURCE_DIR}/Modules/Common/include"
    "${PROJECT_BINARY_DIR}/include")
endfunction()
