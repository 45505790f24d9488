# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# No public header includes LibTorch, apart from itkTorchTensorAccess.h; and none includes that one.
#
#   cmake -D SOURCE_DIR=… -P …

file(GLOB headers "${SOURCE_DIR}/Modules/*/include/*.h" "${SOURCE_DIR}/Modules/*/include/*.hxx")
list(LENGTH headers count)
if(count EQUAL 0)
  message(FATAL_ERROR "There is no header in ${SOURCE_DIR}/Modules/*/include.")
endif()
set(offences)
foreach(header IN LISTS headers)
  get_filename_component(name "${header}" NAME)
  if(NOT name STREQUAL "itkTorchTensorAccess.h")
    file(STRINGS "${header}" lines REGEX
         "^[ \t]*#[ \t]*include[ \t]*[<\"]((torch|ATen|c10|caffe2|torchgen)/|itkTorchTensorAccess\\.h)")
    foreach(line IN LISTS lines)
      string(APPEND offences "\n  ${header}: ${line}")
    endforeach()
  endif()
endforeach()
if(offences)
  message(FATAL_ERROR "Public headers must not include LibTorch:${offences}")
endif()
