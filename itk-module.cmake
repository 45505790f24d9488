# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Describes ITKTorch as a module of ITK, for a source tree of ITK that holds this one in Modules/External.

# What public headers and libraries use; the root CMakeLists.txt asks for the same where ITK is found as a package.
set(ITKTorch_ITK_MODULES
  ITKCommon ITKIOImageBase ITKImageFunction ITKTransform ITKImageGrid ITKImageIntensity ITKImageSources ITKThresholding
    ITKSmoothing
  ITKConnectedComponents ITKImageStatistics ITKStatistics ITKDistanceMap ITKColormap ITKImageFusion)

if(COMMAND itk_module)
  # Formats of the program and of tests. The tests' modules are private as well: who links ITKTorch needs neither.
  set(ITKTorch_ITK_PRIVATE_MODULES
    ITKIOBMP ITKIOGDCM ITKIOJPEG ITKIOMeta ITKIONIFTI ITKIONRRD ITKIOPNG ITKIOTIFF ITKMetaIO ITKZLIB)
  if(BUILD_TESTING AND NOT DISABLE_MODULE_TESTS)
    list(APPEND ITKTorch_ITK_PRIVATE_MODULES ITKGoogleTest ITKTestKernel)
  endif()
  itk_module(ITKTorch
    ENABLE_SHARED
    EXCLUDE_FROM_DEFAULT
    DEPENDS ${ITKTorch_ITK_MODULES}
    PRIVATE_DEPENDS ${ITKTorch_ITK_PRIVATE_MODULES}
    DESCRIPTION "The U-Net workflow as ITK filters on LibTorch: training, inference, evaluation.")
endif()
