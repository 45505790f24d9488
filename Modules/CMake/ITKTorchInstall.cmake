# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors

include(CMakePackageConfigHelpers)
set(_destination ${CMAKE_INSTALL_LIBDIR}/cmake/ITKTorch)
string(REGEX MATCH "^[0-9]+\\.[0-9]+" LibTorch_VERSION_MAJOR_MINOR "${LibTorch_VERSION}")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/ITKTorchConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/ITKTorchConfig.cmake" INSTALL_DESTINATION ${_destination})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ITKTorchConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(EXPORT ITKTorchTargets NAMESPACE ITKTorch:: DESTINATION ${_destination} COMPONENT headers)
install(FILES "${PROJECT_BINARY_DIR}/ITKTorchConfig.cmake" "${PROJECT_BINARY_DIR}/ITKTorchConfigVersion.cmake"
              "${CMAKE_CURRENT_LIST_DIR}/FindLibTorch.cmake"
  DESTINATION ${_destination} COMPONENT headers)
