// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetSamples_h
#define itkUNetSamples_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkRandomAugmentation.h"
#include "itkUNetSampler.h"
#include "itkUNetModel.h"
#include <ATen/core/Tensor.h>
#include <memory>
#include <mutex>

namespace itk
{
/** What a step of the optimizer reads, all (N, C, …, y, x): images after the intensity normalization, class numbers, −1
 * where they are ignored, and weights, undefined for 1 everywhere. */
struct UNetBatch
{
  at::Tensor Image;
  at::Tensor Target;
  at::Tensor Weight;
};

/** \class UNetSamples
 * \brief Training or validation pairs made ready, kept as far as the cache allows, and the random crops of them. After
 * Verify() batches can be made by several threads at the same time. */
class ITKTorchUNetTraining_EXPORT UNetSamples
{
public:
  /** A pair ready to be cropped: labels of objects where targets are made of crops, else class numbers. */
  struct Prepared
  {
    AugmentationImages  Images;
    std::vector<double> IntensityRange;
    std::vector<double> Spacing;
    UNetIntensityScale  Scale;
    /** As they were read, −1 where they are ignored; undefined unless they are kept. */
    TorchTensor Labels;
  };

  /** \param keepsLabels whether pairs are to be compared with what a network makes of them, not cropped */
  UNetSamples(const UNetModel &              model,
              const UNetTrainingData &       data,
              const UNetTrainingParameters & parameters,
              const TorchDevice &            device,
              bool                           keepsLabels = false);

  /** Loads every pair once, and decides the polarity, which pairs that are only compared leave to the model.
   * \param progress is called before each pair, so that an observer can end the loading
   * \throws ExceptionObject with a line for each pair that cannot be used; one if no label image has anything but
   * background, or no image more than one value */
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

  /** Of the pixels of all pairs, as they were read. */
  std::uint64_t
  GetDigest() const;

  /** Augmented crops, on the device. */
  UNetBatch
  MakeBatch(const std::vector<UNetCrop> & crops, unsigned int epoch);

  std::shared_ptr<const Prepared>
  Get(std::size_t pair);

  std::size_t
  GetNumberOfPairs() const
  {
    return m_Cached.size();
  }

private:
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

  /** Class numbers and weights of labels. */
  AugmentationImages
  MakeTargets(const AugmentationImages & images, const std::vector<double> & spacing, const std::string & name) const;

  /** What is wrong with all pairs together. */
  void
  VerifyContent() const;

  const UNetModel &                            m_Model;
  const UNetTrainingData &                     m_Data;
  const UNetTrainingParameters &               m_Parameters;
  TorchDevice                                  m_Device;
  RandomAugmentationParameters                 m_Augmentation;
  bool                                         m_IsTargetMadeOfCrops;
  bool                                         m_KeepsLabels;
  std::mutex                                   m_Mutex;
  std::vector<std::shared_ptr<const Prepared>> m_Cached;
  std::size_t                                  m_NumberOfBytes{ 0 };
  std::vector<double>                          m_CommonSpacing;
  bool                                         m_HasSeveralSpacings{ false };
  UNetIntensityNormalization                   m_Normalization;
  std::vector<UNetIntensityScale>              m_Scales;
  std::vector<std::vector<std::string>>        m_Notes;
  std::vector<std::uint64_t>                   m_Digests;
  bool                                         m_HasForeground{ false };
  bool                                         m_IsVerified{ false };
};

/** What the crops go through: parameters of its own, or those of the preset. */
RandomAugmentationParameters
GetAugmentationParameters(const UNetTrainingParameters & parameters);
} // namespace itk

#endif
