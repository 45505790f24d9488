// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetSamples_h
#define itkUNetSamples_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkUNetTraining.h"
#include <ATen/core/Tensor.h>
#include <optional>

namespace itk
{
/** What a step of the optimizer reads, all (N, C, …, y, x): images after the intensity normalization, class numbers,
 * and weights, undefined for 1 everywhere. */
struct UNetBatch
{
  at::Tensor Image;
  at::Tensor Target;
  at::Tensor Weight;
};

/** \class UNetSamples
 * \brief The training pairs made ready, kept as far as the cache allows, and the random crops of them. */
class ITKTorchUNetTraining_EXPORT UNetSamples
{
public:
  UNetSamples(const UNetModel &              model,
              const UNetTrainingData &       data,
              const UNetTrainingParameters & parameters,
              const TorchDevice &            device);

  /** Loads every pair once, and decides the polarity.
   * \param progress is called before each pair, so that an observer can end the loading
   * \throws ExceptionObject with a line for each pair that cannot be used */
  void
  Verify(const std::function<void(double)> & progress);

  /** The pixel size that all pairs share; empty where they differ, and for 1 along all axes, which ITK gives to files
   * that state none. */
  std::vector<double>
  GetCommonSpacing() const;

  /** The model's, with the polarity that all images have. */
  const UNetIntensityNormalization &
  GetIntensityNormalization() const
  {
    return m_Normalization;
  }

  /** Sentences about pairs that were loaded. */
  std::vector<std::string>
  GetNotes() const;

  /** Augmented crops of `samples`, on the device; sample number s is of pair s modulo the number of pairs. */
  UNetBatch
  MakeBatch(const std::vector<std::uint32_t> & samples, unsigned int epoch);

private:
  /** A pair ready to be cropped: labels of objects where weights are recomputed, else class numbers. */
  struct Prepared
  {
    AugmentationImages  Images;
    std::vector<double> IntensityRange;
    std::vector<double> Spacing;
    UNetIntensityScale  Scale;
  };

  static bool
  IsSameSpacing(const std::vector<double> & a, const std::vector<double> & b);

  void
  NoteSpacing(std::size_t pair, const std::vector<double> & spacing);

  /** Numbers of pairs whose images are clearly of one polarity, and of those where it is doubtful. */
  struct Polarities
  {
    std::vector<std::size_t> Bright;
    std::vector<std::size_t> Dark;
    std::vector<std::size_t> Doubtful;
  };

  Polarities
  GetPolarities() const;

  void
  DecidePolarity();

  /** Keeps what is to be said of a pair. */
  void
  NotePair(std::size_t pair, const UNetIntensityScale & scale, const UNetTrainingSample & sample);

  /** If labels are to be objects: what is odd about them. */
  std::string
  DescribeLabels(const TorchTensor & labels) const;

  std::string
  ListNames(const std::vector<std::size_t> & pairs) const;

  Prepared
  Prepare(std::size_t pair);

  const Prepared &
  Get(std::size_t pair);

  /** Class numbers and weights of labels. */
  AugmentationImages
  MakeTarget(const AugmentationImages & images, const std::vector<double> & spacing, const std::string & name) const;

  const UNetModel &                     m_Model;
  const UNetTrainingData &              m_Data;
  const UNetTrainingParameters &        m_Parameters;
  TorchDevice                           m_Device;
  RandomAugmentationParameters          m_Augmentation;
  bool                                  m_IsTargetMadeOfCrops;
  std::vector<std::optional<Prepared>>  m_Cached;
  Prepared                              m_Uncached;
  std::size_t                           m_NumberOfBytes{ 0 };
  std::vector<double>                   m_CommonSpacing;
  bool                                  m_HasSeveralSpacings{ false };
  UNetIntensityNormalization            m_Normalization;
  std::vector<UNetIntensityScale>       m_Scales;
  std::vector<std::vector<std::string>> m_Notes;
  bool                                  m_IsVerified{ false };
};

/** What the crops go through: parameters of its own, or those of the preset. */
RandomAugmentationParameters
GetAugmentationParameters(const UNetTrainingParameters & parameters);
} // namespace itk

#endif
