// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceSegmentationParameterized_h
#define itkInstanceSegmentationParameterized_h

#include "itkInstanceSegmentationParameters.h"
#include "itkTorchParameterized.h"
#include "itkMacro.h"

namespace itk
{
/** \class InstanceSegmentationParameterized
 * \brief What the classes that segment instances have in common: the parameters, each with SetX() and GetX().
 * \tparam TBases what the class is derived from otherwise, a TorchParameterized among them
 * \ingroup ITKTorchInstances
 */
template <typename... TBases>
class ITK_TEMPLATE_EXPORT InstanceSegmentationParameterized : public TBases...
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(InstanceSegmentationParameterized);

  itkTorchParametersMacro(InstanceSegmentationParameters);
  /** Meaning of the probabilities in a pixel's components. Border excludes interior, but not foreground. Default:
   * foreground. */
  itkTorchParameterMacro(Channels);
  /** Pixels with a greater foreground probability form the mask of objects. Default: 0.5 (in [0, 1]). */
  itkTorchParameterMacro(MaskThreshold);
  /** Objects are the connected components of the mask, or are grown from seeds within it. Default: watershed. */
  itkTorchParameterMacro(Separation);
  /** Find seeds by the thresholds, or at the maxima of the distance to the mask's border. Default: probability. */
  itkTorchParameterMacro(Seeds);
  /** Seeds consist of pixels with a greater interior probability. Default: 0.7 (in [0, 1]). */
  itkTorchParameterMacro(SeedThreshold);
  /** Seeds consist of pixels with a smaller border probability. Default: 0.5 (in [0, 1]). */
  itkTorchParameterMacro(BorderThreshold);
  /** Seeds found by the thresholds are discarded if they have fewer pixels. Default: 12 pixels (at least 0). */
  itkTorchParameterMacro(MinimumSeedSize);
  /** How far a maximum of the distance must rise above the pass to a higher one to be a seed; in the unit of
   * distances. Default: 1 (at least 0). */
  itkTorchParameterMacro(MaximaHeight);
  /** Where seeds grow first: at high interior probabilities, far from the mask's border, or near seeds. Default:
   * probability. */
  itkTorchParameterMacro(Landscape);
  /** A part of the mask without a seed also becomes an object. Default: true. */
  itkTorchParameterMacro(KeepUnseeded);
  itkBooleanMacro(KeepUnseeded);
  /** Two objects are merged if the average interior probability along their contact is greater; 1: never. Default: 1
   * (in [0, 1]). */
  itkTorchParameterMacro(MergeThreshold);
  /** Objects with fewer pixels become background. Default: 0 pixels (at least 0). */
  itkTorchParameterMacro(MinimumObjectSize);
  /** Background enclosed by a single object becomes a part of it. Default: true. */
  itkTorchParameterMacro(FillHoles);
  itkBooleanMacro(FillHoles);
  /** Pixels that share only an edge or a corner are also neighbors. Default: false. */
  itkTorchParameterMacro(FullyConnected);
  itkBooleanMacro(FullyConnected);
  /** Measure distances in physical units instead of pixels of the finest axis. Default: false. */
  itkTorchParameterMacro(UseImageSpacing);
  itkBooleanMacro(UseImageSpacing);

protected:
  InstanceSegmentationParameterized() = default;
  ~InstanceSegmentationParameterized() override = default;

  InstanceSegmentationParameters m_Parameters;
};
} // namespace itk

#endif
