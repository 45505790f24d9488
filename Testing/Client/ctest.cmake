# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# The client as tests of this build: installs it, moves the installation, builds the client against it, and runs each
# area.

set(_client "${CMAKE_CURRENT_LIST_DIR}")
set(_work "${CMAKE_CURRENT_BINARY_DIR}/client")
set(_binary "${_work}/build")
get_filename_component(_libtorch_root "${LibTorch_LIBRARY_DIR}" DIRECTORY)

add_test(NAME Client.Installation COMMAND "${CMAKE_COMMAND}"
  "-DBUILD_DIR=${PROJECT_BINARY_DIR}" "-DSOURCE_DIR=${PROJECT_SOURCE_DIR}" "-DPREFIX=${_work}/moved to"
    "-DBUILD_TYPE=$<CONFIG>"
  -P "${_client}/install.cmake")
set_tests_properties(Client.Installation PROPERTIES LABELS Client TIMEOUT 600 FIXTURES_SETUP ClientInstallation)

add_test(NAME Client.Build COMMAND "${CMAKE_COMMAND}"
  "-DBINARY_DIR=${_binary}" "-DPREFIX=${_work}/moved to" "-DGENERATOR=${CMAKE_GENERATOR}" "-DBUILD_TYPE=$<CONFIG>"
  "-DCXX_FLAGS=${CMAKE_CXX_FLAGS}" "-DITK_DIR=${ITK_DIR}" "-DLIBTORCH_ROOT=${_libtorch_root}"
  -P "${_client}/build.cmake")
set_tests_properties(Client.Build PROPERTIES LABELS Client TIMEOUT 1800 FIXTURES_REQUIRED ClientInstallation
  FIXTURES_SETUP ClientBuild)

file(GLOB _sources CONFIGURE_DEPENDS "${_client}/Areas/*.cxx" "${_client}/HostState/HostState.cxx")
set(_tests)
foreach(_source IN LISTS _sources ITEMS Headers)
  get_filename_component(_area "${_source}" NAME_WE)
  add_test(NAME Client.${_area} COMMAND "${_binary}/bin/${_area}" WORKING_DIRECTORY "${_binary}/results")
  set_tests_properties(Client.${_area} PROPERTIES LABELS Client TIMEOUT 600 FIXTURES_REQUIRED ClientBuild
    ENVIRONMENT OMP_WAIT_POLICY=passive)
  list(APPEND _tests Client.${_area})
endforeach()

add_test(NAME Client.FindPackage COMMAND "${CMAKE_COMMAND}"
  "-DWORK_DIR=${_work}/find-package" "-DGENERATOR=${CMAKE_GENERATOR}" "-DPREFIX=${_work}/moved to"
    "-DITK_DIR=${ITK_DIR}"
  "-DCXX_FLAGS=${CMAKE_CXX_FLAGS}" "-DLIBTORCH_ROOT=${_libtorch_root}" "-DRESULTS=${_binary}/results" -P
    "${_client}/FindPackage/find_package.cmake")
set_tests_properties(Client.FindPackage PROPERTIES LABELS Client TIMEOUT 600 FIXTURES_REQUIRED ClientBuild)

add_test(NAME Client.Table COMMAND "${CMAKE_COMMAND}" "-DRESULTS=${_binary}/results" -P "${_client}/table.cmake")
set_tests_properties(Client.Table PROPERTIES LABELS Client FIXTURES_REQUIRED ClientBuild DEPENDS
  "${_tests};Client.FindPackage")
