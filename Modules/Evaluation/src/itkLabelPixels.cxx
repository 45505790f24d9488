// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkLabelPixels.h"
#include "itkMacro.h"
#include "itkTorchTensorAccess.h"

namespace itk
{
LabelPixels::LabelPixels(const TorchTensor & labels)
  : m_Pixels(labels.GetPointer())
  , m_Type(labels.GetComponentType())
{
  m_NumberOfPixels = GetATensor(labels).numel();
  if (m_Type == TorchComponentType::Float32 || m_Type == TorchComponentType::Float64)
  {
    itkGenericExceptionMacro("Labels must be integers, but are floating-point numbers.");
  }
  if (!labels.GetDevice().IsHost() || !GetATensor(labels).is_contiguous())
  {
    itkGenericExceptionMacro("Labels must lie in host memory without gaps.");
  }
}
} // namespace itk
