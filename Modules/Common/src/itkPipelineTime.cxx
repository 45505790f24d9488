// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkPipelineTime.h"
#include "itkProcessObject.h"
#include <algorithm>
#include <set>

namespace itk
{
namespace
{
ModifiedTimeType
TimeOf(const DataObject * data, std::set<const ProcessObject *> & seen)
{
  const auto source = data->GetSource();
  if (!source)
  {
    return data->GetMTime();
  }
  if (!seen.insert(source.GetPointer()).second)
  {
    return 0;
  }
  ModifiedTimeType time = source->GetMTime();
  for (const auto & input : source->GetInputs())
  {
    time = input ? std::max(time, TimeOf(input, seen)) : time;
  }
  return time;
}
} // namespace

ModifiedTimeType
GetPipelineTime(const DataObject * data)
{
  std::set<const ProcessObject *> seen;
  return TimeOf(data, seen);
}
} // namespace itk
