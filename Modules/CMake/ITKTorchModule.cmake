# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# itktorch_use_itk(format …)   in a folder that builds executables: registers these image formats of ITK there, or all.
# itktorch_add_module(Name …)  library ITKTorch::Name from include/ and src/ of the current folder. INTERNALS names modules
#                              below it whose src/ it may include.
# itktorch_add_executable(…)   program with library paths that survive a host's LD_LIBRARY_PATH.
# itktorch_add_tests(Name …)   one GoogleTest program per module; each TEST is a CTest with the module as label.
include(ITKTorchCuda)

# The formats' registration of ITK 5 is a file that a directory includes; ITK 6 replaces it by a function.
macro(itktorch_use_itk)
  if(${ARGC} GREATER 0)
    set(ITK_ImageIO ${ARGN})
  endif()
  if(ITK_VERSION_MAJOR LESS 6)
    include(${ITK_USE_FILE})
  else()
    itk_generate_factory_registration()
  endif()
endmacro()

set(ITKTorch_WARNINGS -Wall -Wextra)

# at::parallel_for is a template that runs on one thread in code that is compiled without OpenMP. The flags rather than the
# imported target, which names the compiler's own libgomp: LibTorch brings one, and it must be the only one.
find_package(OpenMP REQUIRED COMPONENTS CXX)
separate_arguments(ITKTorch_OPENMP_FLAGS NATIVE_COMMAND "${OpenMP_CXX_FLAGS}")

function(itktorch_add_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE;INTERNALS" ${ARGN})
  set(target ITKTorch${name})
  add_library(${target} ${arg_SOURCES})
  add_library(ITKTorch::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_include_directories(
    ${target}
    PUBLIC "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>"
           "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/ITKTorch>"
    PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
  itktorch_include_internals(${target} ${arg_INTERNALS})
  target_include_directories(${target} SYSTEM PUBLIC "$<BUILD_INTERFACE:${ITK_INCLUDE_DIRS}>")
  target_compile_features(${target} PUBLIC cxx_std_17)
  target_compile_definitions(${target} PRIVATE ITK_NO_IO_FACTORY_REGISTER_MANAGER)
  # Same bits on every machine: no contraction of a·b+c, whatever the instruction set.
  target_compile_options(${target} PRIVATE ${ITKTorch_WARNINGS} -ffp-contract=off)
  if(LibTorch::CPU IN_LIST arg_PRIVATE)
    target_compile_options(${target} PRIVATE ${ITKTorch_OPENMP_FLAGS})
    target_link_options(${target} PRIVATE ${ITKTorch_OPENMP_FLAGS})
  endif()
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  foreach(library IN LISTS arg_PUBLIC arg_PRIVATE)
    if(library MATCHES "^ITKTorch::(.*)$")
      set_property(GLOBAL APPEND PROPERTY ITKTorch_MODULE_ARROWS "${name} --> ${CMAKE_MATCH_1}")
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY ITKTorch_MODULES ${name})
  itktorch_set_rpath(${target} "$ORIGIN")
  install(TARGETS ${target} EXPORT ITKTorchTargets COMPONENT libraries)
  install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ITKTorch COMPONENT headers)
endfunction()

# DT_RPATH, which the loader searches before LD_LIBRARY_PATH (DT_RUNPATH comes after it): a host such as 3D Slicer
# starts programs with its own ITK on LD_LIBRARY_PATH.
function(itktorch_set_rpath target origin)
  get_target_property(itk_common ITKCommon LOCATION)
  get_filename_component(itk_folder "${itk_common}" DIRECTORY)
  target_link_options(${target} PRIVATE LINKER:--disable-new-dtags)
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${origin};${itk_folder};${LibTorch_LIBRARY_DIR}")
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
  # Threads that wait without sleeping are many times slower where programs share the processors.
  gtest_discover_tests(${program} DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${module} TIMEOUT 600 ENVIRONMENT OMP_WAIT_POLICY=passive)
endfunction()
