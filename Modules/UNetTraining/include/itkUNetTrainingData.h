// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetTrainingData_h
#define itkUNetTrainingData_h

#include "ITKTorchUNetTrainingExport.h"
#include "itkDataObject.h"
#include "itkImageGrid.h"
#include "itkObjectFactory.h"
#include "itkTorchImage.h"
#include "itkTorchMacros.h"
#include <functional>

namespace itk
{
/** One training pair as tensors on the host. */
struct UNetTrainingSample
{
  /** (1, components, …, y, x), any component type. */
  TorchTensor Image;
  /** (1, 1, …, y, x), 64-bit labels. */
  TorchTensor Label;
  /** (1, 1, …, y, x), float; undefined for the weight 1 everywhere. */
  TorchTensor Weight;
  /** (1, 1, …, y, x), 64 bits, other than 0 where labels are not known; undefined where all are. */
  TorchTensor Ignored;
  /** Pixel size along x, y (, z). */
  std::vector<double> Spacing;
  /** Of the axes, row by row. */
  std::vector<double> Direction;
  /** Whether nobody stated the spacing; see MarkSpacingAsUnknown(). */
  bool HasUnknownSpacing{ false };
  /** Sentences about what was read, and how. */
  std::vector<std::string> Notes;
};

/** The files of a training pair, and what is known of it.
 * \ingroup ITKTorchUNetTraining */
struct UNetTrainingFiles
{
  std::string Image;
  std::string Label;
  /** Factor of each pixel's loss; empty for none. */
  std::string Weight;
  /** Other than 0 where labels are not known, so that the pixels count neither in loss nor in scores; empty for none.
   */
  std::string Ignored;
  std::string Category;
  double      SamplingWeight{ 1.0 };
};

/** \class UNetTrainingData
 * \brief Images with their label images, from memory or from files that are read when they are needed.
 *
 * Images and labels that do not fit together are reported when the pair is loaded, so that training can name all such
 * pairs at once.
 * \ingroup ITKTorchUNetTraining
 */
class ITKTorchUNetTraining_EXPORT UNetTrainingData : public DataObject
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(UNetTrainingData);

  using Self = UNetTrainingData;
  using Superclass = DataObject;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(UNetTrainingData);

  /** Copies the buffered pixels.
   * \param label integers on the image's grid, 0 for background
   * \param weight optional, on the same grid: factor of each pixel's loss
   * \param ignored optional, on the same grid: other than 0 where labels are not known */
  template <typename TImage,
            typename TLabelImage,
            typename TWeightImage = Image<float, TImage::ImageDimension>,
            typename TIgnoredImage = Image<unsigned char, TImage::ImageDimension>>
  void
  AddPair(const TImage *        image,
          const TLabelImage *   label,
          const TWeightImage *  weight = nullptr,
          const TIgnoredImage * ignored = nullptr);
  template <typename TImage, typename TLabelImage>
  void
  AddPair(const SmartPointer<TImage> & image, const SmartPointer<TLabelImage> & label)
  {
    this->AddPair(image.GetPointer(), label.GetPointer());
  }
  template <typename TImage, typename TLabelImage, typename TWeightImage>
  void
  AddPair(const SmartPointer<TImage> &       image,
          const SmartPointer<TLabelImage> &  label,
          const SmartPointer<TWeightImage> & weight)
  {
    this->AddPair(image.GetPointer(), label.GetPointer(), weight.GetPointer());
  }

  /** Any formats that ITK reads, with all components of their pixels.
   * \param weightFile empty for none */
  void
  AddPairOfFiles(const std::string & imageFile, const std::string & labelFile, const std::string & weightFile = {});
  void
  AddPairOfFiles(const UNetTrainingFiles & files);

  std::size_t
  GetNumberOfPairs() const
  {
    return m_Pairs.size();
  }

  /** File name of the image, or the number of the pair. */
  const std::string &
  GetName(std::size_t pair) const
  {
    return m_Pairs.at(pair).Name;
  }

  /** File name of the labels, or the number of the pair. */
  const std::string &
  GetLabelName(std::size_t pair) const
  {
    return m_Pairs.at(pair).LabelName;
  }

  /** What kind of image a pair is, for a sampling that is balanced among categories. Default: empty. */
  void
  SetCategory(std::size_t pair, const std::string & category);
  const std::string &
  GetCategory(std::size_t pair) const
  {
    return m_Pairs.at(pair).Category;
  }

  /** How often crops of a pair are drawn, relative to others, where the sampling is by weights. Finite and at least 0;
   * default: 1. */
  void
  SetSamplingWeight(std::size_t pair, double weight);
  double
  GetSamplingWeight(std::size_t pair) const
  {
    return m_Pairs.at(pair).SamplingWeight;
  }

  /** \throws ExceptionObject for a file that cannot be read, and for images that do not share one grid */
  UNetTrainingSample
  GetSample(std::size_t pair) const
  {
    return m_Pairs.at(pair).Load();
  }

  /** By how many pixels corners of labels and weights may lie apart from those of their image; see
   * DescribeGridDifference(). Applies to pairs that are added later. At least 0; default: 0.01. */
  itkSetMacro(GridTolerance, double);
  itkGetConstMacro(GridTolerance, double);

  /** Pixel size of the images in files in millimeters along x, y (, z), in place of what they state. Applies to pairs
   * that are added later. Default: empty, for what the files state. */
  void
  SetSpacing(const std::vector<double> & spacing);
  itkGetConstReferenceMacro(Spacing, std::vector<double>);

  /** Whether files of labels may have colors, each of which is an object; see LabelImageReader. Applies to pairs that
   * are added later. Default: false. */
  itkSetMacro(ColorsAreLabels, bool);
  itkGetConstMacro(ColorsAreLabels, bool);
  itkBooleanMacro(ColorsAreLabels);

  /** Dimension of images in files: 2 or 3. */
  itkSetMacro(Dimension, unsigned int);
  itkGetConstMacro(Dimension, unsigned int);

  void
  Initialize() override;

protected:
  UNetTrainingData() = default;
  ~UNetTrainingData() override = default;

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  struct Pair
  {
    std::string                         Name;
    std::string                         LabelName;
    std::function<UNetTrainingSample()> Load;
    std::string                         Category;
    double                              SamplingWeight{ 1.0 };
  };

  void
  AddPair(const std::string & name, const std::string & labelName, std::function<UNetTrainingSample()> load);

  std::vector<Pair>   m_Pairs;
  double              m_GridTolerance{ defaultGridTolerance };
  std::vector<double> m_Spacing;
  bool                m_ColorsAreLabels{ false };
  unsigned int        m_Dimension{ 2 };
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkUNetTrainingData.hxx"
#endif

#endif
