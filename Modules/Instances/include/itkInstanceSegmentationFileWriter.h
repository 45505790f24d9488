// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkInstanceSegmentationFileWriter_h
#define itkInstanceSegmentationFileWriter_h

#include "itkImageSink.h"
#include "itkInstanceSegmentationParameterized.h"
#include "itkInstanceSegmentationStream.h"
#include "itkMetaImageLabelFile.h"
#include "itkTorchImage.h"
#include "itkTorchMacros.h"
#include "itkTorchProgress.h"
#include <memory>

namespace itk
{
/** \class InstanceSegmentationFileWriter
 * \brief Writes the objects of an image that need not fit in memory.
 *
 * It requests one slab of planes after the other from its input, each once, and writes labels as their objects become
 * complete, with the same numbers as InstanceSegmentationImageFilter for the whole image. Slabs are cut across the last
 * axis with more than one pixel; SetNumberOfStreamDivisions() sets their number. In memory are a slab and the planes
 * before it that hold components of the mask that continue in it; see InstanceSegmentationStream, also for the
 * Landscapes.
 *
 * The file is a MetaImage (.mha, or .mhd with .raw) of unsigned numbers with 16 bits, or 32 if there are more than
 * 65535 objects. Its first pixel is at the physical position of the input's first pixel. The file gets its name only
 * when it is complete: after an error, such as a full disk, or an abort, an existing file is unchanged.
 *
 * Update() writes each time that it is called, also after an exception.
 * \tparam TInputImage image of floats, or VectorImage or Image of vectors of floats
 * \ingroup ITKTorchInstances
 */
template <typename TInputImage>
class ITK_TEMPLATE_EXPORT InstanceSegmentationFileWriter
  : public InstanceSegmentationParameterized<ImageSink<TInputImage>, TorchParameterized>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(InstanceSegmentationFileWriter);

  using Self = InstanceSegmentationFileWriter;
  using Superclass = InstanceSegmentationParameterized<ImageSink<TInputImage>, TorchParameterized>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(InstanceSegmentationFileWriter);
  itkTorchAbortFlagMacro();

public:
  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  using typename Superclass::InputImageRegionType;

  using ComponentType = TorchComponentOf<TInputImage>;
  static_assert(std::is_floating_point<ComponentType>::value, "Probabilities are float or double.");

  /** A name that ends in .mha or .mhd. Required. */
  itkSetStringMacro(FileName);
  itkGetStringMacro(FileName);

  /** Slabs; 1 by default, and at most one for each plane. */
  void
  SetNumberOfStreamDivisions(unsigned int number) override
  {
    Superclass::SetNumberOfStreamDivisions(number);
  }
  using Superclass::GetNumberOfStreamDivisions;

  /** Results, valid after Update(). */
  itkGetConstMacro(NumberOfObjects, SizeValueType);
  /** Planes that the largest connected component of the mask extends over. */
  itkGetConstMacro(LargestExtent, SizeValueType);
  /** Planes that were in memory at the same time: at most those of a slab and of LargestExtent, and one more. */
  itkGetConstMacro(LargestNumberOfPlanes, SizeValueType);

  void
  UpdateOutputData(DataObject * output) override;

protected:
  InstanceSegmentationFileWriter() = default;
  ~InstanceSegmentationFileWriter() override = default;

  void
  VerifyPreconditions() const override;
  void
  VerifyInputInformation() const override;
  void
  BeforeStreamedGenerateData() override;
  void
  StreamedGenerateData(unsigned int slab) override;
  void
  AfterStreamedGenerateData() override;

  /** A slab is not shared out among ITK's threads. */
  void
  ThreadedStreamedGenerateData(const InputImageRegionType &) override
  {}

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  void
  ThrowIfAborted() const;

  std::string   m_FileName;
  SizeValueType m_NumberOfObjects{ 0 };
  SizeValueType m_LargestExtent{ 0 };
  SizeValueType m_LargestNumberOfPlanes{ 0 };

  /** While the file is being written. */
  std::string                                 m_TemporaryName;
  std::unique_ptr<MetaImageLabelFile>         m_File;
  std::unique_ptr<InstanceSegmentationStream> m_Stream;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkInstanceSegmentationFileWriter.hxx"
#endif

#endif
