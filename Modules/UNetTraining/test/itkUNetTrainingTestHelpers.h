// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingTestHelpers_h
#define itkUNetTrainingTestHelpers_h

#include "itkTorchRandom.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetTestHelpers.h"
#include "itkUNetTrainingImageFilter.h"
#include "itkImageRegionIterator.h"
#include <gtest/gtest.h>

namespace itk
{
namespace Test
{
template <unsigned int D>
using ScalarImage = itk::Image<float, D>;
template <unsigned int D>
using LabelImage = itk::Image<unsigned short, D>;
template <unsigned int D>
using TrainingFilter = itk::UNetTrainingImageFilter<ScalarImage<D>, ScalarImage<D>>;

/** A bright ball on a dark, noisy ground, and its label 7. */
template <unsigned int D>
std::pair<typename ScalarImage<D>::Pointer, typename LabelImage<D>::Pointer>
MakePair(unsigned int extent, std::uint32_t number)
{
  auto                               image = ScalarImage<D>::New();
  auto                               label = LabelImage<D>::New();
  typename ScalarImage<D>::SizeType  size;
  typename ScalarImage<D>::IndexType center;
  itk::TorchRandom                   random(3, 0, number);
  size.Fill(extent);
  for (unsigned int axis = 0; axis < D; ++axis)
  {
    center[axis] = extent / 4 + random.Integer(extent / 2);
  }
  image->SetRegions(size);
  label->SetRegions(size);
  image->Allocate();
  label->Allocate(true);
  itk::ImageRegionIterator<ScalarImage<D>> i(image, image->GetBufferedRegion());
  itk::ImageRegionIterator<LabelImage<D>>  l(label, label->GetBufferedRegion());
  for (; !i.IsAtEnd(); ++i, ++l)
  {
    double squared = 0.0;
    for (unsigned int axis = 0; axis < D; ++axis)
    {
      squared += std::pow(i.GetIndex()[axis] - center[axis], 2);
    }
    const bool isInside = squared < extent * extent / 16.0;
    l.Set(isInside ? 7 : 0);
    i.Set(static_cast<float>((isInside ? 100.0 : 60.0) + 10.0 * random.Normal()));
  }
  return { image, label };
}

template <unsigned int D>
UNetTrainingData::Pointer
MakeData(unsigned int extent = 24, unsigned int count = 6)
{
  auto data = UNetTrainingData::New();
  for (unsigned int number = 0; number < count; ++number)
  {
    const auto [image, label] = MakePair<D>(extent, number);
    data->AddPair(image, label);
  }
  return data;
}

template <unsigned int D>
typename TrainingFilter<D>::Pointer
MakeFilter(const TorchDevice & device = "cpu", unsigned int epochs = 2)
{
  auto filter = TrainingFilter<D>::New();
  auto specification = SmallSpecification(D);
  specification.BaseFilters = 4;
  filter->SetSpecification(specification);
  filter->SetDevice(device);
  filter->SetEpochs(epochs);
  filter->SetBatchSize(3);
  filter->SetCropSize(16);
  filter->SetLearningRate(0.01);
  filter->SetInput(MakePair<D>(24, 100).first);
  filter->SetTrainingData(MakeData<D>());
  return filter;
}

inline void
ExpectSameWeights(const UNetModel * a, const UNetModel * b)
{
  ASSERT_EQ(a->GetWeights().size(), a->GetSpecification().GetTensors().size());
  ASSERT_EQ(b->GetWeights().size(), a->GetWeights().size());
  for (const auto & [name, tensor] : a->GetWeights())
  {
    EXPECT_TRUE(itk::GetATensor(tensor).equal(itk::GetATensor(b->GetWeights().at(name)))) << name;
  }
}
} // namespace Test
} // namespace itk

#endif
