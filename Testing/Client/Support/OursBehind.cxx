// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "ImageTypes.h"
#include "OwnFilters.h"

namespace client
{
Behind
OursBehind(itk::DataObject * object, const std::string & device, bool keepsIntermediatesOnDevice)
{
  Behind behind;
  Visit(object,
        [&](auto * image)
        {
          using FilterType = AddFilter<std::remove_pointer_t<decltype(image)>>;
          auto filter = FilterType::New();
          filter->SetDevice(device);
          filter->SetInput(image);
          filter->SetKeepIntermediatesOnDevice(keepsIntermediatesOnDevice);
          behind = { filter.GetPointer(), filter->GetOutput() };
        });
  return behind;
}
} // namespace client
