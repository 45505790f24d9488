// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetLossParameters_h
#define itkUNetLossParameters_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkTorchEnumeration.h"
#include "itkTorchParameterTable.h"
#include <cstdint>
#include <vector>

namespace itk
{
/** The pixels that Dice and Tversky are computed from, before their mean. */
enum class UNetDiceReduction : std::uint8_t
{
  /** The pixels of all images of a batch together, as nnU-Net does in 2D. */
  Batch,
  /** The pixels of each image, as nnU-Net does in 3D unless it also trains at a lower resolution. */
  Image
};
itkTorchEnumerationMacro(UNetDiceReduction, { "Batch", "batch" }, { "Image", "image" });

/** The loss of a training, factor · part summed over the parts:
 *
 * | part | formula |
 * |---|---|
 * | CrossEntropy | mean of w · v_t · (−log p_t) |
 * | Dice | 1 − mean of (2 Σ p y + s) / (Σ p + Σ y + s) |
 * | Focal | mean of w · v_t · (1 − p_t)^γ · (−log p_t) |
 * | Tversky | 1 − mean of (T + s) / (T + α F₊ + β F₋ + s), T = Σ p y, F₊ = Σ p (1 − y), F₋ = Σ (1 − p) y |
 *
 * p is the probability of a class and y whether it is the true one, t; v are ClassWeights, w a pixel's weight, s is
 * DiceSmoothing. The means of the cross-entropy and of the focal loss are sums over pixels divided by the number of
 * pixels, whatever the weights; those of Dice and Tversky are over classes and, with UNetDiceReduction::Image, images.
 * Pixels that are ignored belong to no sum and no number. A network of one class has a sigmoid, the probability of the
 * foreground; more classes have a softmax. LabelSmoothing ε makes the cross-entropy's −log p_t into (1 − ε) (−log p_t)
 * plus ε times the mean of −log p over the classes, which are two for a sigmoid.
 *
 * With DeepSupervision D, the decoder's levels 1 to D, too, have a loss. Each gets an output of its own, a convolution
 * of 1×1 (1×1×1) that belongs to the training and not to the model; the loss is Σ 2⁻ⁱ L_i / Σ 2⁻ⁱ over levels i from 0,
 * the full resolution. Target and weight of a coarser pixel are those of the pixel nearest to its center.
 *
 * C.-Y. Lee, S. Xie, P. Gallagher, Z. Zhang, Z. Tu, "Deeply-supervised nets", AISTATS 2015.
 * F. Milletari, N. Navab, S.-A. Ahmadi, "V-Net: fully convolutional neural networks for volumetric medical image
 * segmentation", 3DV 2016 (Dice).
 * T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár, "Focal loss for dense object detection", ICCV 2017.
 * S. S. M. Salehi, D. Erdogmus, A. Gholipour, "Tversky loss function for image segmentation using 3D fully
 * convolutional deep networks", MLMI 2017.
 * F. Isensee, P. F. Jaeger, S. A. A. Kohl, J. Petersen, K. H. Maier-Hein, "nnU-Net: a self-configuring method for deep
 * learning-based biomedical image segmentation", Nature Methods 18, 2021.
 */
struct ITKTorchUNetTraining_EXPORT UNetLossParameters
{
  double              CrossEntropy{ 1.0 };
  double              Dice{ 0.0 };
  double              Focal{ 0.0 };
  double              Tversky{ 0.0 };
  std::vector<double> ClassWeights;
  double              LabelSmoothing{ 0.0 };
  UNetDiceReduction   DiceReduction{ UNetDiceReduction::Batch };
  double              DiceSmoothing{ 1e-5 };
  bool                DiceIncludesBackground{ false };
  double              FocalExponent{ 2.0 };
  double              TverskyFalsePositives{ 0.3 };
  double              TverskyFalseNegatives{ 0.7 };
  unsigned int        DeepSupervision{ 0 };

  static const TorchParameterTable<UNetLossParameters> &
  Describe();
};

/** \param classes of the network; one class has two ClassWeights, of background and foreground
 * \throws ExceptionObject for a parameter outside its range, if no factor is above 0, and if ClassWeights are not one
 * for each class or are all 0 */
ITKTorchUNetTraining_EXPORT void
VerifyUNetLoss(const UNetLossParameters & parameters, unsigned int classes);
} // namespace itk

#endif
