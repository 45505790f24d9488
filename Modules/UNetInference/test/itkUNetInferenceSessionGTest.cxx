// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetInferenceSession.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetTestHelpers.h"
#include <ATen/ops/zeros.h>

using itk::Test::MakeModel;
using itk::Test::SmallSpecification;

TEST(UNetInferenceSession, APlanIsMadeOnceInAPass)
{
  const auto                   model = MakeModel(SmallSpecification());
  itk::UNetInferenceSession    session;
  itk::UNetInferenceParameters parameters;
  session.Prepare(*model, "cpu");
  parameters.MaximumWindowSize = 64;
  const auto * const plan = &session.GetPlan(*model, "cpu", parameters, { 200, 100 });
  EXPECT_EQ(plan->GetLargestWindow(), 64u);
  // Another image of the same pass has its own, which leaves the first one where it is.
  session.GetPlan(*model, "cpu", parameters, { 300, 100 });
  EXPECT_EQ(&session.GetPlan(*model, "cpu", parameters, { 200, 100 }), plan);
  session.BeginPass();
  parameters.MaximumWindowSize = 32;
  EXPECT_EQ(session.GetPlan(*model, "cpu", parameters, { 200, 100 }).GetLargestWindow(), 32u);
}

TEST(UNetInferenceSession, WhatWasPlannedBeforeTheModelWasReadyIsPlannedAgain)
{
  const auto                   model = MakeModel(SmallSpecification());
  itk::UNetInferenceSession    session;
  itk::UNetInferenceParameters parameters;
  parameters.Precision = itk::UNetPrecision::BFloat16;
  const auto precision = [&] {
    return session.GetPlan(*model, "cpu", parameters, { 64, 64 }).GetChoice().GetPrecision();
  };
  EXPECT_EQ(precision(), itk::UNetPrecision::Float32);
  session.Prepare(*model, "cpu");
  EXPECT_EQ(precision(), itk::UNetPrecision::BFloat16);
}

TEST(UNetInferenceSession, PlansKeepToTheWindowsOfADeviceThatRanOutOfMemory)
{
  const auto                      model = MakeModel(SmallSpecification());
  const std::vector<std::int64_t> extent{ 256, 256 };
  itk::UNetInferenceSession       session;
  session.Prepare(*model, "staged");
  const auto plan = session.GetPlan(*model, "staged", {}, extent);
  EXPECT_EQ(plan.GetLargestWindow(), 0u);
  const auto pixels = itk::MakeTorchTensor(at::zeros({ 1, 1, 256, 256 }), itk::TorchDevice::CPU()).To("staged");
  itk::TorchDevice::SetStagedAllocationsUntilFailure(0);
  session.GetInference().Compute({ pixels, { 0, 0 }, extent },
                                 { { 0, 0 }, extent },
                                 model->GetIntensityNormalization().Measure(pixels),
                                 itk::UNetInferenceOutput::Labels,
                                 plan,
                                 itk::TorchComponentType::UInt8,
                                 {});
  itk::TorchDevice::SetStagedAllocationsUntilFailure(-1);
  const std::uint64_t edge = session.GetPlan(*model, "staged", {}, extent).GetLargestWindow();
  EXPECT_GT(edge, 0u);
  EXPECT_LT(edge, 256u);
}

TEST(UNetInferenceSession, AChangedModelOrAnotherDeviceIsMadeReadyAgain)
{
  const auto                model = MakeModel(SmallSpecification());
  itk::UNetInferenceSession session;
  EXPECT_FALSE(session.IsPrepared(*model, "cpu"));
  session.Prepare(*model, "cpu");
  EXPECT_TRUE(session.IsPrepared(*model, "cpu"));
  EXPECT_FALSE(session.IsPrepared(*model, "staged"));
  EXPECT_FALSE(session.IsPrepared(*MakeModel(SmallSpecification()), "cpu"));
  model->Modified();
  EXPECT_FALSE(session.IsPrepared(*model, "cpu"));
  session.Prepare(*model, "cpu");
  session.Release();
  EXPECT_FALSE(session.IsPrepared(*model, "cpu"));
}
