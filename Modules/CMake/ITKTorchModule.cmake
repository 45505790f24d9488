# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# itktorch_use_itk(format …)   in a folder that builds executables: registers these image formats of ITK there, or all.
# itktorch_add_module(Name …)  library ITKTorch::Name from include/ and src/ of the current folder. INTERNALS names
#                              modules below it whose src/ it may include.
# itktorch_add_executable(…)   program with library paths that survive a host's LD_LIBRARY_PATH.
# itktorch_add_tests(Name …)   one GoogleTest program per module; each TEST is a CTest with the module as label.
include(ITKTorchCuda)
include(ITKTorchPrecompiled)
include(GenerateExportHeader)

# The formats' registration of ITK 5 is a file that a directory includes; ITK 6 replaces it by a function.
macro(itktorch_use_itk)
  if(${ARGC} GREATER 0)
    set(ITK_ImageIO ${ARGN})
  endif()
  if(ITK_VERSION_MAJOR LESS 6)
    include(${ITK_USE_FILE})
  else()
    itk_generate_factory_registration()
    # The function gives both to one target, where the last folder that calls it wins.
    foreach(_factory IN LISTS ITK_FACTORY_LIST)
      string(TOUPPER ${_factory} _factory)
      add_compile_definitions(ITK_${_factory}_FACTORY_REGISTER_MANAGER)
    endforeach()
    include_directories(BEFORE "${CMAKE_CURRENT_BINARY_DIR}/ITKFactoryRegistration")
  endif()
endmacro()

set(ITKTorch_WARNINGS -Wall -Wextra -Wshadow)
set(ITKTorch_TENSOR_HEADERS
  <algorithm> <cmath> <functional> <limits> <map> <numeric> <string> <vector> <ATen/Parallel.h> <ATen/TensorOperators.h>
  <ATen/core/Tensor.h> <ATen/ops/empty.h> <itkMacro.h>)

# at::parallel_for is a template that runs on one thread in code that is compiled without OpenMP. The flags rather than
# the imported target, which names the compiler's own libgomp: LibTorch brings one, and it must be the only one.
find_package(OpenMP REQUIRED COMPONENTS CXX)
separate_arguments(ITKTorch_OPENMP_FLAGS NATIVE_COMMAND "${OpenMP_CXX_FLAGS}")

function(itktorch_add_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE;INTERNALS" ${ARGN})
  set(target ITKTorch${name})
  add_library(${target} ${arg_SOURCES})
  add_library(ITKTorch::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERSION ${PROJECT_VERSION} SOVERSION
    ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_include_directories(
    ${target}
    PUBLIC "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>"
           "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/ITKTorch>"
    PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
  itktorch_include_internals(${target} ${arg_INTERNALS})
  itktorch_hide_symbols(${target})
  target_include_directories(${target} SYSTEM PUBLIC "$<BUILD_INTERFACE:${ITK_INCLUDE_DIRS}>")
  target_compile_features(${target} PUBLIC cxx_std_17)
  target_compile_definitions(${target} PRIVATE ITK_NO_IO_FACTORY_REGISTER_MANAGER)
  # Same bits on every machine: no contraction of a·b+c, whatever the instruction set.
  target_compile_options(${target} PRIVATE ${ITKTorch_WARNINGS} -ffp-contract=off)
  if(LibTorch::CPU IN_LIST arg_PRIVATE)
    target_compile_options(${target} PRIVATE ${ITKTorch_OPENMP_FLAGS})
    if(BUILD_SHARED_LIBS)
      target_link_options(${target} PRIVATE ${ITKTorch_OPENMP_FLAGS})
    else()
      # Who links a static library calls OpenMP for it.
      target_link_options(${target} PUBLIC ${ITKTorch_OPENMP_FLAGS})
    endif()
    itktorch_precompile(${target} HIDDEN
      HEADERS ${ITKTorch_TENSOR_HEADERS}
      LINK LibTorch::CPU
      OPTIONS ${ITKTorch_WARNINGS} -ffp-contract=off ${ITKTorch_OPENMP_FLAGS}
      DEFINITIONS ITK_NO_IO_FACTORY_REGISTER_MANAGER)
  endif()
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  foreach(library IN LISTS arg_PUBLIC arg_PRIVATE)
    if(library MATCHES "^ITKTorch::(.*)$")
      set_property(GLOBAL APPEND PROPERTY ITKTorch_MODULE_ARROWS "${name} --> ${CMAKE_MATCH_1}")
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY ITKTorch_MODULES ${name})
  itktorch_set_rpath(${target} "$ORIGIN")
  if(ITKTorch_IN_ITK)
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${target})
    itk_module_target(${target})
  else()
    install(TARGETS ${target} EXPORT ITKTorchTargets COMPONENT libraries)
  endif()
  install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ITKTorch COMPONENT headers)
endfunction()

# Only what is marked by ITKTorch<Module>_EXPORT can be linked to: templates of LibTorch stay each library's own.
function(itktorch_hide_symbols target)
  set(folder "${PROJECT_BINARY_DIR}/include")
  generate_export_header(${target} BASE_NAME ${target}
    EXPORT_MACRO_NAME ${target}_EXPORT EXPORT_FILE_NAME "${folder}/${target}Export.h")
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${folder}>")
  if(NOT BUILD_SHARED_LIBS)
    string(TOUPPER ${target} upper)
    target_compile_definitions(${target} PUBLIC ${upper}_STATIC_DEFINE)
  endif()
  install(FILES "${folder}/${target}Export.h" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ITKTorch COMPONENT headers)
endfunction()

# DT_RPATH, which the loader searches before LD_LIBRARY_PATH (DT_RUNPATH comes after it): a host such as 3D Slicer
# starts programs with its own ITK on LD_LIBRARY_PATH.
function(itktorch_set_rpath target origin)
  set(folders "${origin}")
  if(NOT ITKTorch_IN_ITK)
    get_target_property(itk_common ITKCommon LOCATION)
    get_filename_component(itk_folder "${itk_common}" DIRECTORY)
    list(APPEND folders "${itk_folder}")
  endif()
  target_link_options(${target} PRIVATE LINKER:--disable-new-dtags)
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${folders};${LibTorch_LIBRARY_DIR}")
endfunction()

function(itktorch_include_internals target)
  foreach(module IN LISTS ARGN)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/Modules/${module}/src")
  endforeach()
endfunction()

function(itktorch_add_executable name)
  cmake_parse_arguments(arg "INSTALL" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_compile_options(${name} PRIVATE ${ITKTorch_WARNINGS})
  target_link_libraries(${name} PRIVATE ${arg_LINK})
  itktorch_set_rpath(${name} "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  if(arg_INSTALL)
    install(TARGETS ${name} COMPONENT programs)
  endif()
endfunction()

function(itktorch_add_tests module)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;INTERNALS" ${ARGN})
  set(program ITKTorch${module}Tests)
  itktorch_add_executable(${program} SOURCES ${arg_SOURCES} LINK ${arg_LINK} ITKTorchTestSupport GTest::gtest_main)
  if(IS_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/../src")
    target_include_directories(${program} PRIVATE ../src)
  endif()
  itktorch_include_internals(${program} ${arg_INTERNALS})
  # Native filters that tests instantiate take twice as long to compile at -O3; what is tested is in the libraries.
  target_compile_options(${program} PRIVATE $<$<CONFIG:Release>:-O1>)
  set(headers <filesystem> <fstream> <thread> <gtest/gtest.h> <itkImageRegionIteratorWithIndex.h> <itkVectorImage.h>)
  set(link GTest::gtest)
  if(LibTorch::CPU IN_LIST arg_LINK)
    list(APPEND headers ${ITKTorch_TENSOR_HEADERS})
    list(APPEND link LibTorch::CPU)
  endif()
  itktorch_precompile(${program} EXECUTABLE
    HEADERS ${headers} LINK ${link} OPTIONS ${ITKTorch_WARNINGS} $<$<CONFIG:Release>:-O1>)
  # Threads that wait without sleeping are many times slower where programs share the processors.
  gtest_discover_tests(${program} DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${module} TIMEOUT 600 ENVIRONMENT OMP_WAIT_POLICY=passive)
endfunction()
