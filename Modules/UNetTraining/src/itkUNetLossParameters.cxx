// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetLossParameters.h"
#include "itkMacro.h"
#include <algorithm>

namespace itk
{
const TorchParameterTable<UNetLossParameters> &
UNetLossParameters::Describe()
{
  using P = UNetLossParameters;
  const auto        factor = TorchParameterRange::Between(0, 1e6);
  static const auto table =
    TorchParameterTable<UNetLossParameters>()
      .Add("CrossEntropy", &P::CrossEntropy, "Factor of the cross-entropy in the loss.", factor)
      .Add("Dice", &P::Dice, "Factor of the soft Dice loss, 1 − Dice.", factor)
      .Add("Focal", &P::Focal, "Factor of the focal loss, a cross-entropy of mostly the uncertain pixels.", factor)
      .Add("Tversky",
           &P::Tversky,
           "Factor of the Tversky loss, which weights false positives and false negatives differently.",
           factor)
      .Add("ClassWeights",
           &P::ClassWeights,
           "Weights in the cross-entropy and the focal loss of pixels whose class is background, class 1, …; empty: 1 "
           "for each.",
           factor)
      .Add("LabelSmoothing",
           &P::LabelSmoothing,
           "Part of each pixel's target in the cross-entropy that is shared equally by all classes.",
           TorchParameterRange::FromBelow(0, 1))
      .AddChoice("DiceReduction",
                 &P::DiceReduction,
                 "Compute Dice and Tversky from the pixels of a whole batch, or of each image and then the mean.")
      .Add("DiceSmoothing",
           &P::DiceSmoothing,
           "Number that is added to numerator and denominator of Dice and Tversky.",
           TorchParameterRange::Between(1e-8, 1e6))
      .Add("DiceIncludesBackground",
           &P::DiceIncludesBackground,
           "Whether the background counts as a class in the means of Dice and Tversky.")
      .Add("FocalExponent",
           &P::FocalExponent,
           "Exponent γ of 1 − p in the focal loss; 0 gives the cross-entropy.",
           TorchParameterRange::Between(0, 100))
      .Add("TverskyFalsePositives",
           &P::TverskyFalsePositives,
           "Weight α of false positives in the Tversky loss; 0.5 for both weights gives Dice.",
           factor)
      .Add(
        "TverskyFalseNegatives", &P::TverskyFalseNegatives, "Weight β of false negatives in the Tversky loss.", factor)
      .Add(
        "DeepSupervision",
        &P::DeepSupervision,
        "Number of coarser outputs of the network that also have a loss, each half as much as the finer one; at most "
        "Levels - 1; 0: none.",
        TorchParameterRange::Between(0, 16));
  return table;
}

void
VerifyUNetLoss(const UNetLossParameters & parameters, unsigned int classes)
{
  TorchParameterView(parameters).Verify("UNetLoss");
  if (parameters.CrossEntropy + parameters.Dice + parameters.Focal + parameters.Tversky == 0.0)
  {
    itkGenericExceptionMacro(
      "CrossEntropy, Dice, Focal or Tversky must be above 0 for a training to have a loss, but all are 0.");
  }
  const auto &      weights = parameters.ClassWeights;
  const std::size_t expected = std::max(classes, 2u);
  if (!weights.empty() && weights.size() != expected)
  {
    itkGenericExceptionMacro("ClassWeights of the loss must be "
                             << expected << " numbers, "
                             << (classes == 1 ? "of background and foreground" : "one for each class")
                             << ", or none, but are " << weights.size() << '.');
  }
  if (!weights.empty() && std::all_of(weights.begin(), weights.end(), [](double weight) { return weight == 0.0; }))
  {
    itkGenericExceptionMacro("ClassWeights of the loss must hold a number above 0, but all " << expected << " are 0.");
  }
}
} // namespace itk
