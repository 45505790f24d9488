// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "Images.h"
#include "OwnFilters.h"
#include "TestImages.h"
#include "itkTorchMacros.h"

/** Tensors that a user's filter returns and keeps: what runs behind the filter does not write to them. */

namespace client
{
namespace
{
/** Returns the same tensor in every execution. */
template <typename TImage>
class TableFilter : public itk::TorchImageToImageFilter<TImage, TImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TableFilter);
  using Self = TableFilter;
  using Superclass = itk::TorchImageToImageFilter<TImage, TImage>;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(TableFilter);

  enum class What
  {
    Itself,
    /** A view of a part of a larger tensor. */
    View,
    /** The tensor with another handle. */
    Handle
  };
  What             ReturnsWhat{ What::Itself };
  at::Tensor       Table;
  itk::TorchTensor Kept;

protected:
  TableFilter() = default;

  itk::TorchTensor
  GenerateTensor(const itk::TorchTensor & input) override
  {
    if (!Table.defined())
    {
      const at::Tensor tensor = itk::GetATensor(input);
      Table = (tensor * 2).movedim(1, -1).contiguous().movedim(-1, 1);
      Kept = itk::MakeTorchTensor(Table, input.GetDevice());
    }
    switch (ReturnsWhat)
    {
      case What::View:
        return itk::MakeTorchTensor(Table.narrow(0, 0, 1), input.GetDevice());
      case What::Handle:
        return itk::MakeTorchTensor(Table, input.GetDevice());
      default:
        return Kept;
    }
  }
};

template <typename TImage>
void
IsNotWrittenTo()
{
  using FilterType = TableFilter<TImage>;
  for (const std::string device : { "cpu", "staged" })
  {
    for (const auto what : { FilterType::What::Itself, FilterType::What::View, FilterType::What::Handle })
    {
      const auto filter = FilterType::New();
      filter->ReturnsWhat = what;
      filter->SetDevice(device);
      filter->SetInput(MakeIntensities<TImage>());
      filter->Update();
      const auto before = Read(filter->GetOutput());
      const auto table = filter->Table.clone();
      const auto native = InPlaceBehind(filter->GetOutput());
      const auto once = native.Update();
      VERIFY(filter->Table.equal(table)) << device << ", " << static_cast<int>(what);
      filter->Modified();
      VERIFY(Same(native.Update(), once)) << device << ", " << static_cast<int>(what);
      filter->Modified();
      filter->Update();
      VERIFY(Same(Read(filter->GetOutput()), before)) << device << ", " << static_cast<int>(what);
      // The pixels edited by hand, as GetBufferPointer() and SetPixel() allow.
      filter->GetOutput()->SetPixel(filter->GetOutput()->GetBufferedRegion().GetIndex(),
                                    filter->GetInput()->GetPixel(filter->GetInput()->GetBufferedRegion().GetIndex()));
      VERIFY(filter->Table.equal(table)) << device << ", " << static_cast<int>(what) << ", by SetPixel()";
    }
  }
}
} // namespace

TEST(KeptTensors, AreNotWrittenToInAnImageOfNumbers)
{
  IsNotWrittenTo<itk::Image<float, 2>>();
  IsNotWrittenTo<itk::Image<float, 3>>();
}

TEST(KeptTensors, AreNotWrittenToInAnImageOfVectors)
{
  IsNotWrittenTo<itk::VectorImage<float, 2>>();
  IsNotWrittenTo<itk::Image<itk::RGBPixel<unsigned char>, 2>>();
}

/** One tensor for two images: each has pixels of its own. */
TEST(KeptTensors, OfTwoImagesAreTwo)
{
  using ImageType = itk::Image<float, 2>;
  const auto first = TableFilter<ImageType>::New();
  const auto second = TableFilter<ImageType>::New();
  for (const auto & filter : { first, second })
  {
    filter->SetDevice("cpu");
    filter->SetInput(MakeIntensities<ImageType>());
  }
  first->Update();
  second->Table = first->Table;
  second->Kept = first->Kept;
  second->Update();
  const auto expected = Read(second->GetOutput());
  InPlaceBehind(first->GetOutput()).Update();
  VERIFY(Same(Read(second->GetOutput()), expected));
}
} // namespace client
