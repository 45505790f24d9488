// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetConvolutionChoice.h"
#include <gtest/gtest.h>

namespace
{
using itk::UNetConvolution;
using itk::UNetPrecision;
using Computation = std::pair<UNetPrecision, UNetConvolution>;

std::vector<Computation>
PermittedOn(const itk::TorchDevice & device, UNetConvolution wanted)
{
  itk::UNetModelCard card;
  card.Permitted = { { { UNetPrecision::Float32, UNetConvolution::Winograd }, 1.0 },
                     { { UNetPrecision::BFloat16, UNetConvolution::Direct }, 0.9995 },
                     { { UNetPrecision::Float16, UNetConvolution::Direct }, 0.9999 } };
  std::vector<Computation> computations;
  for (const auto & choice : itk::GetPermittedChoices(card, wanted, device))
  {
    computations.emplace_back(choice.GetPrecision(), choice.GetConvolution());
  }
  return computations;
}

const Computation direct(UNetPrecision::Float32, UNetConvolution::Direct);
const Computation winograd(UNetPrecision::Float32, UNetConvolution::Winograd);
const Computation bfloat16(UNetPrecision::BFloat16, UNetConvolution::Direct);
const Computation float16(UNetPrecision::Float16, UNetConvolution::Direct);
} // namespace

TEST(UNetPermittedChoices, OnTheCPUAreFloat32AndWhatTheCardPermitsButFloat16)
{
  EXPECT_EQ(PermittedOn("cpu", UNetConvolution::Automatic), (std::vector<Computation>{ direct, winograd, bfloat16 }));
}

TEST(UNetPermittedChoices, AreThoseOfTheWantedConvolution)
{
  EXPECT_EQ(PermittedOn("cpu", UNetConvolution::Direct), (std::vector<Computation>{ direct, bfloat16 }));
  EXPECT_EQ(PermittedOn("cpu", UNetConvolution::Winograd), (std::vector<Computation>{ winograd, winograd }));
}

TEST(UNetPermittedChoices, OnAGPUIncludeFloat16AndConvolutionsAreDirect)
{
  EXPECT_EQ(PermittedOn("cuda", UNetConvolution::Automatic),
            (std::vector<Computation>{ direct, direct, bfloat16, float16 }));
}

TEST(UNetPermittedChoices, WithoutACardAreFloat32Alone)
{
  const auto choices = itk::GetPermittedChoices({}, UNetConvolution::Automatic, "cpu");
  ASSERT_EQ(choices.size(), 1u);
  EXPECT_EQ(choices[0].GetPrecision(), UNetPrecision::Float32);
  EXPECT_EQ(choices[0].GetConvolution(), UNetConvolution::Direct);
}
