// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkLabelImageReader_h
#define itkLabelImageReader_h

#include "ITKTorchIOExport.h"
#include "itkImage.h"
#include "itkImageFileInformation.h"
#include "itkImageSource.h"
#include <map>
#include <string>
#include <vector>

namespace itk
{
class VerifiedImageIO;

template <unsigned int VDimension>
using LabelImageType = Image<std::int64_t, VDimension>;

/** \class LabelImageReader
 * \brief Reads labels from a file of any format, the same in every program: whole numbers from 0 on, 0 for background.
 *
 * Labels have one component. They may be stored as real numbers if all are whole; of a color table, the entries'
 * numbers are the labels, whatever their colors. Negative numbers, numbers that are not whole or not finite, colors and
 * files of formats that change pixels, such as JPEG, are refused, with the value.
 *
 * With ColorsAreLabels, each color of a file with red, green and blue is an object instead: black and what is
 * transparent is background, and the others get the numbers 1, 2, … in the order of red, green, blue.
 *
 * A segmentation of 3D Slicer (.seg.nrrd) has its segments' names. Layers are merged where they do not overlap: the
 * segments keep their numbers if these are distinct, else they get 1, 2, … in their order.
 * \ingroup ITKTorchIO */
template <unsigned int VDimension>
class ITKTorchIO_EXPORT LabelImageReader : public ImageSource<LabelImageType<VDimension>>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(LabelImageReader);

  using Self = LabelImageReader;
  using Superclass = ImageSource<LabelImageType<VDimension>>;
  using Pointer = SmartPointer<Self>;
  using OutputImageType = LabelImageType<VDimension>;
  itkNewMacro(Self);
  itkTypeMacro(LabelImageReader, ImageSource);

  /** Of a file in any format that the program reads. */
  itkSetStringMacro(FileName);
  itkGetStringMacro(FileName);

  /** Default: false. */
  itkSetMacro(ColorsAreLabels, bool);
  itkGetConstMacro(ColorsAreLabels, bool);
  itkBooleanMacro(ColorsAreLabels);

  /** Of segments that the file names; valid after Update(). */
  const std::map<std::int64_t, std::string> &
  GetNames() const
  {
    return m_Names;
  }

  /** What the file says beside; valid after Update(). */
  const ImageFileInformation &
  GetInformation() const
  {
    return m_Information;
  }

protected:
  LabelImageReader();
  ~LabelImageReader() override;
  void
  PrintSelf(std::ostream & os, Indent indent) const override;
  void
  EnlargeOutputRequestedRegion(DataObject * output) override;
  void
  GenerateOutputInformation() override;
  void
  GenerateData() override;

private:
  std::string                         m_FileName;
  bool                                m_ColorsAreLabels{ false };
  bool                                m_HasColors{ false };
  std::map<std::int64_t, std::string> m_Names;
  ImageFileInformation                m_Information;
  SmartPointer<VerifiedImageIO>       m_IO;
};

/** The dimension of a file of labels, 2 or 3.
 * \param colorsAreLabels as of LabelImageReader
 * \throws ExceptionObject that names the file, if it holds no labels
 * \ingroup ITKTorchIO */
ITKTorchIO_EXPORT unsigned int
GetLabelFileDimension(const std::string & fileName, bool colorsAreLabels = false);

/** \throws ExceptionObject that names the file, if it holds no labels of this dimension
 * \ingroup ITKTorchIO */
template <unsigned int VDimension>
typename LabelImageType<VDimension>::Pointer
ReadLabels(const std::string & fileName)
{
  auto reader = LabelImageReader<VDimension>::New();
  reader->SetFileName(fileName);
  reader->Update();
  const typename LabelImageType<VDimension>::Pointer labels = reader->GetOutput();
  labels->DisconnectPipeline();
  return labels;
}

/** The same as an image of other numbers.
 * \throws ExceptionObject that names the file also for a label that is too large for them
 * \ingroup ITKTorchIO */
template <typename TLabelImage>
typename TLabelImage::Pointer
ReadLabelsAs(const std::string & fileName)
{
  using PixelType = typename TLabelImage::PixelType;
  const auto read = ReadLabels<TLabelImage::ImageDimension>(fileName);
  auto       labels = TLabelImage::New();
  labels->CopyInformation(read);
  labels->SetRegions(read->GetLargestPossibleRegion());
  labels->Allocate();
  const auto count = read->GetLargestPossibleRegion().GetNumberOfPixels();
  for (SizeValueType i = 0; i < count; ++i)
  {
    const std::int64_t label = read->GetBufferPointer()[i];
    labels->GetBufferPointer()[i] = static_cast<PixelType>(label);
    if (static_cast<std::int64_t>(labels->GetBufferPointer()[i]) != label)
    {
      itkGenericExceptionMacro(<< fileName << ": labels must be at most " << +NumericTraits<PixelType>::max()
                               << ", but one is " << label << '.');
    }
  }
  return labels;
}

extern template class LabelImageReader<2>;
extern template class LabelImageReader<3>;
} // namespace itk

#endif
