// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetInferenceSession.h"
#include "itkUNetTestHelpers.h"

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
