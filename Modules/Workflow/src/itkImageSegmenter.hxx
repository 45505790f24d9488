// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkImageSegmenter_hxx
#define itkImageSegmenter_hxx

#include "itkImageSegmenter.h"
#include "itkImageFileContent.h"
#include "itkInstanceSegmentationFileWriter.h"
#include "itkInstanceSegmentationImageFilter.h"
#include "itkLabelFiles.h"
#include "itkTorchWarningEvent.h"
#include "itkUNetInferenceImageFilter.h"
#include "itkUnknownSpacing.h"
#include "itkVerifiedImageReader.h"
#include "itkWriteImageFile.h"
#include "itkBinaryThresholdImageFilter.h"
#include "itkVectorImage.h"
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

namespace itk
{
template <typename TImage>
SegmentedImage
MakeSegmentedImage(const TImage * image, std::function<void(const std::string &)> write)
{
  const auto & size = image->GetLargestPossibleRegion().GetSize();
  return { { size.begin(), size.end() }, std::nullopt, std::move(write) };
}

/** \class Segmenter
 * \brief An ImageSegmenter for images of one dimension. Bytes and 16-bit numbers are handed to the network as they
 * are. */
template <unsigned int VDimension>
class Segmenter : public ImageSegmenter
{
public:
  using Kind = SegmentationSettings::Kind;
  using ProbabilityType = Image<float, VDimension>;
  using ClassProbabilityType = VectorImage<float, VDimension>;
  using MaskType = Image<unsigned char, VDimension>;
  using ManyClassesType = Image<unsigned short, VDimension>;
  using LabelType = LabelImageType<VDimension>;

  Segmenter(UNetModel * model, const std::string & device, const SegmentationSettings & settings)
    : m_Settings(settings)
    , m_Model(UNetModel::New())
    , m_Device(device)
  {
    m_Model->Graft(model);
    if (settings.Polarity)
    {
      auto rule = model->GetIntensityNormalization();
      rule.Polarity = *settings.Polarity;
      rule.Verify();
      m_Model->SetIntensityNormalization(rule);
    }
    m_Settings.Network.Threshold = settings.Objects.MaskThreshold;
    // Once, and not while an image is computed that takes much of it.
    m_MaximumMemory = UNetInferencePlan::GetMaximumMemory(settings.Network, m_Device.Resolve());
  }

  ImageToSegment
  Read(const std::string & fileName) const override
  {
    const auto whole = OpenImageFile(fileName);
    if (m_Settings.IsModelByDefault)
    {
      this->VerifyIsOrdinary(*whole, fileName);
    }
    switch (whole->GetComponentType())
    {
      case IOComponentEnum::UCHAR:
        return this->ReadAs<unsigned char>(fileName);
      case IOComponentEnum::USHORT:
        return this->ReadAs<unsigned short>(fileName);
      default:
        return this->ReadAs<float>(fileName);
    }
  }

  void
  VerifyOutput(const std::string & fileName) const override
  {
    VerifyImageCanBeWritten(fileName);
    m_Settings.VerifyOutputFormat(fileName, m_Model->GetSpecification());
  }

  SegmentedImage
  Compute(const ImageToSegment & image, const std::string & fileName, const SegmentationListener & listener) override
  {
    for (const std::string & note : image.Notes)
    {
      listener.Note(note);
    }
    if (auto * const bytes = dynamic_cast<VectorImage<unsigned char, VDimension> *>(image.Image.GetPointer()))
    {
      return this->ComputeImage(bytes, image.Reader.IsNotNull(), fileName, listener);
    }
    if (auto * const words = dynamic_cast<VectorImage<unsigned short, VDimension> *>(image.Image.GetPointer()))
    {
      return this->ComputeImage(words, image.Reader.IsNotNull(), fileName, listener);
    }
    return this->ComputeImage(dynamic_cast<VectorImage<float, VDimension> *>(image.Image.GetPointer()),
                              image.Reader.IsNotNull(),
                              fileName,
                              listener);
  }

private:
  /** \throws ExceptionObject for an image that nobody would take this model for without saying so */
  static void
  VerifyIsOrdinary(const VerifiedImageIO & image, const std::string & fileName)
  {
    const std::string rule = ": without --model, images must have " + std::to_string(VDimension) +
                             " dimensions and 1 channel or RGB, but it has ";
    for (unsigned int axis = VDimension; axis < image.GetNumberOfDimensions(); ++axis)
    {
      if (image.GetDimensions(axis) > 1)
      {
        itkGenericExceptionMacro(<< fileName << rule << image.GetNumberOfDimensions() << " dimensions.");
      }
    }
    const auto components = image.GetNumberOfComponents();
    if (components != 1 && !(components == 3 && image.GetPixelType() == IOPixelEnum::RGB))
    {
      itkGenericExceptionMacro(<< fileName << rule << components << " channels"
                               << (components == 3 ? " that are not RGB." : "."));
    }
  }

  template <typename TComponent>
  ImageToSegment
  ReadAs(const std::string & fileName) const
  {
    auto reader = VerifiedImageReader<VectorImage<TComponent, VDimension>>::New();
    reader->SetFileName(fileName);
    std::vector<std::string> notes = this->ChoosePart(*reader, fileName);
    reader->UpdateOutputInformation();
    const typename VectorImage<TComponent, VDimension>::Pointer image = reader->GetOutput();
    for (const std::string & note : this->DescribeSpacing(*image, fileName))
    {
      notes.push_back(note);
    }
    if (reader->GetVerifiedIO()->CanStreamRead() && this->IsLarge(image->GetLargestPossibleRegion().GetSize()))
    {
      return { image.GetPointer(), reader.GetPointer(), notes };
    }
    reader->Update();
    image->DisconnectPipeline();
    const auto & ofFile = reader->GetInformation().Notes;
    notes.insert(notes.begin(), ofFile.begin(), ofFile.end());
    return { image.GetPointer(), nullptr, notes };
  }

  /** Sets the level of a pyramid, the spacing and the region. */
  template <typename TReader>
  std::vector<std::string>
  ChoosePart(TReader & reader, const std::string & fileName) const
  {
    const auto whole = OpenImageFile(fileName);
    const auto level = m_Settings.Level.value_or(this->FindLevel(*whole));
    auto &     io = *reader.GetVerifiedIO();
    io.SetLevel(level);
    // That of the file is of the largest version.
    std::vector<double> spacing = m_Settings.Spacing;
    const auto &        levels = whole->GetInformation().Levels;
    for (std::size_t axis = 0; axis < std::min<std::size_t>(spacing.size(), 2) && level > 0 && level <= levels.size();
         ++axis)
    {
      spacing[axis] *= static_cast<double>(whole->GetDimensions(static_cast<unsigned int>(axis))) /
                       static_cast<double>(levels[level - 1][axis]);
    }
    reader.SetSpacing(spacing);
    if (!m_Settings.Region.empty())
    {
      const auto middle = m_Settings.Region.begin() + static_cast<std::ptrdiff_t>(m_Settings.Region.size() / 2);
      io.SetPart({ m_Settings.Region.begin(), middle }, { middle, m_Settings.Region.end() });
    }
    const bool isChosen = level > 0 && !m_Settings.Level;
    return isChosen ? std::vector<std::string>{ "Level " + std::to_string(level) +
                                                " of its pyramid is read, whose pixels are nearer to the model's." }
                    : std::vector<std::string>{};
  }

  /** The last level whose pixels are not larger than the model's. */
  unsigned int
  FindLevel(const VerifiedImageIO & whole) const
  {
    const auto &     levels = whole.GetInformation().Levels;
    const auto &     wanted = m_Model->GetSpacing();
    const bool       isKnown = !whole.GetInformation().SpacingSource.empty() || !m_Settings.Spacing.empty();
    constexpr double rounding = 1.01;
    unsigned int     level = 0;
    for (std::size_t i = 0; i < levels.size() && isKnown && !wanted.empty(); ++i)
    {
      bool isFine = true;
      for (unsigned int axis = 0; axis < 2; ++axis)
      {
        const double spacing = m_Settings.Spacing.empty() ? whole.GetSpacing(axis) : m_Settings.Spacing[axis];
        const double factor = static_cast<double>(whole.GetDimensions(axis)) / static_cast<double>(levels[i][axis]);
        isFine = isFine && spacing * factor <= wanted[axis] * rounding;
      }
      level = isFine ? static_cast<unsigned int>(i) + 1 : level;
    }
    return level;
  }

  /** Such as "0.5 x 0.5 mm". */
  template <typename TSpacing>
  static std::string
  Print(const TSpacing & spacing)
  {
    std::ostringstream text;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      text << (axis == 0 ? "" : " x ") << spacing[axis];
    }
    return text.str() + " mm";
  }

  /** What becomes of an image that is not of the model's pixel size.
   * \throws ExceptionObject if its size would change so much that its spacing can hardly be right */
  std::vector<std::string>
  DescribeSpacing(const ImageBase<VDimension> & image, const std::string & fileName) const
  {
    constexpr double            largestFactor = 8;
    const std::vector<double> & wanted = m_Model->GetSpacing();
    const std::vector<double>   spacing = GetSpacingAlongModelAxes<VDimension>(&image, *m_Model);
    if (m_Model->IsForSpacing(spacing))
    {
      return {};
    }
    if (HasUnknownSpacing(image.GetMetaDataDictionary()))
    {
      return { "It states no pixel size and is taken at the model's, " + Print(wanted) + '.' };
    }
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      const double factor = spacing[axis] / wanted[axis];
      if (m_Settings.Spacing.empty() && !(factor <= largestFactor && factor >= 1 / largestFactor))
      {
        itkGenericExceptionMacro(<< fileName << ": its spacing must be within a factor of " << largestFactor
                                 << " of the model's, " << Print(wanted) << ", but is " << Print(spacing)
                                 << "; if it is right, or another one is, state it by --spacing.");
      }
    }
    this->VerifyResampledSize(image, spacing, fileName);
    return { "It is resampled from pixels of " + Print(spacing) + " to those of the model, " + Print(wanted) + '.' };
  }

  /** \throws ExceptionObject if the image would become larger than any is, over a spacing that can hardly be right */
  void
  VerifyResampledSize(const ImageBase<VDimension> & image,
                      const std::vector<double> &   spacing,
                      const std::string &           fileName) const
  {
    constexpr double mostPixels = 1e9;
    constexpr double largestGrowth = 512; // eightfold along three axes
    double           growth = 1.0;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      growth *= spacing[axis] / m_Model->GetSpacing()[axis];
    }
    const double pixels = growth * static_cast<double>(image.GetLargestPossibleRegion().GetNumberOfPixels());
    if (!(growth <= largestGrowth || pixels <= mostPixels))
    {
      itkGenericExceptionMacro(<< fileName << ": its spacing, " << Print(spacing) << ", must be nearer to the model's, "
                               << Print(m_Model->GetSpacing()) << ": resampled to that, it would have " << pixels
                               << " pixels.");
    }
  }

  bool
  IsLarge(const Size<VDimension> & size) const
  {
    const std::vector<std::int64_t> extent(size.begin(), size.end());
    if (std::find(extent.begin(), extent.end(), 0) != extent.end())
    {
      return false;
    }
    const UNetConvolutionChoice choice(m_Settings.Network.Convolution, UNetPrecision::Float32, true);
    const UNetInferencePlan     plan(m_Model->GetSpecification(), m_Settings.Network, choice, extent, m_MaximumMemory);
    try
    {
      return plan.GetNumberOfStreamDivisions() > 1;
    }
    catch (const ExceptionObject &)
    {
      // Too little memory; Compute() says so if it still is.
      return true;
    }
  }

  template <typename TImage>
  SegmentedImage
  ComputeImage(TImage * image, bool isInPieces, const std::string & fileName, const SegmentationListener & listener)
  {
    VerifyFileHoldsSlices(fileName, image->GetLargestPossibleRegion().GetSize());
    const std::string lost = DescribeLostPlace<VDimension>(image, fileName);
    if (!lost.empty())
    {
      listener.Note(lost);
    }
    const auto classes = m_Model->GetSpecification().Classes;
    const bool areBytes = classes <= 256;
    const bool usesClasses = m_Settings.Objects.Channels != InstanceChannels::Foreground;
    if ((m_Settings.Output == Kind::Mask && !usesClasses) || (m_Settings.Output == Kind::Classes && areBytes))
    {
      return this->ComputeOutput<MaskType>(image, isInPieces, fileName, listener);
    }
    if (m_Settings.Output == Kind::Classes)
    {
      return this->ComputeOutput<ManyClassesType>(image, isInPieces, fileName, listener);
    }
    return (m_Settings.Output == Kind::Probabilities ? classes > 2 : usesClasses)
             ? this->ComputeOutput<ClassProbabilityType>(image, isInPieces, fileName, listener)
             : this->ComputeOutput<ProbabilityType>(image, isInPieces, fileName, listener);
  }

  template <typename TOutput, typename TImage>
  SegmentedImage
  ComputeOutput(TImage * image, bool isInPieces, const std::string & fileName, const SegmentationListener & listener)
  {
    using NetworkType = UNetInferenceImageFilter<TImage, TOutput>;
    auto & made = m_Networks[typeid(NetworkType).name()];
    if (!made)
    {
      auto network = NetworkType::New();
      network->SetModel(m_Model);
      network->SetDevice(m_Device);
      network->SetParameters(m_Settings.Network);
      made = network.GetPointer();
    }
    auto * const network = static_cast<NetworkType *>(made.GetPointer());
    network->SetInput(image);

    const auto ending = std::filesystem::path(fileName).extension();
    const bool isMetaImage = ending == ".mha" || ending == ".mhd";
    const bool writesPieces = isInPieces && CanWritePieces(fileName) && !this->MakesMaskOfClasses() &&
                              (isMetaImage || m_Settings.Output != Kind::Objects);
    const unsigned int  pieces = writesPieces ? network->GetNumberOfStreamDivisions() : 1;
    const ObserverScope scope(network, pieces, listener);
    if (pieces > 1)
    {
      listener.Note(this->Describe(*network, pieces));
      auto segmented = this->WritePieces(network->GetOutput(), pieces, fileName);
      segmented.Computation = { network->GetUsedPrecision(), network->GetUsedConvolution() };
      network->SetInput(nullptr);
      return segmented;
    }
    network->UpdateLargestPossibleRegion();
    const typename TOutput::Pointer output = network->GetOutput();
    output->DisconnectPipeline();
    network->SetInput(nullptr);
    auto segmented = this->Finish(output.GetPointer());
    segmented.Computation = { network->GetUsedPrecision(), network->GetUsedConvolution() };
    return segmented;
  }

  /** Where foreground is what several classes are together, the mask is made of its objects. */
  bool
  MakesMaskOfClasses() const
  {
    return m_Settings.Output == Kind::Mask && m_Settings.Objects.Channels != InstanceChannels::Foreground;
  }

  /** Hands progress and warnings of a network on, while it lives. */
  class ObserverScope
  {
  public:
    ObserverScope(ProcessObject * network, unsigned int pieces, const SegmentationListener & listener)
      : m_Network(network)
    {
      const auto piece = std::make_shared<int>(-1);
      m_Tags.push_back(network->AddObserver(StartEvent(), [piece](const EventObject &) { ++*piece; }));
      m_Tags.push_back(network->AddObserver(
        ProgressEvent(),
        [network, piece, pieces, listener](const EventObject &)
        { listener.Progress((std::max(0, *piece) + static_cast<double>(network->GetProgress())) / pieces); }));
      m_Tags.push_back(
        network->AddObserver(TorchWarningEvent(),
                             [listener](const EventObject & event)
                             { listener.Note(dynamic_cast<const TorchWarningEvent &>(event).GetMessage()); }));
    }
    ~ObserverScope()
    {
      for (const auto tag : m_Tags)
      {
        m_Network->RemoveObserver(tag);
      }
    }
    ObserverScope(const ObserverScope &) = delete;
    ObserverScope &
    operator=(const ObserverScope &) = delete;

  private:
    ProcessObject *            m_Network;
    std::vector<unsigned long> m_Tags;
  };

  template <typename TNetwork>
  static std::string
  Describe(TNetwork & network, unsigned int pieces)
  {
    const auto whole = network.GetOutput()->GetLargestPossibleRegion();
    const auto splitter = ImageRegionSplitterSlowDimension::New();
    double     computed = 0.0;
    for (unsigned int i = 0; i < pieces; ++i)
    {
      auto piece = whole;
      splitter->GetSplit(i, pieces, piece);
      computed += network.EstimateCost(piece).Factor * static_cast<double>(piece.GetNumberOfPixels());
    }
    char text[120];
    std::snprintf(text,
                  sizeof(text),
                  "The image is segmented in %u pieces; including margins, %.2f pixels are computed for each pixel.",
                  pieces,
                  computed / static_cast<double>(whole.GetNumberOfPixels()));
    return text;
  }

  template <typename TOutput>
  SegmentedImage
  WritePieces(TOutput * output, unsigned int pieces, const std::string & fileName) const
  {
    WriteImageFileInPieces(output, fileName, pieces);
    return MakeSegmentedImage(output, [](const std::string &) {});
  }

  SegmentedImage
  WritePieces(ProbabilityType * probabilities, unsigned int pieces, const std::string & fileName) const
  {
    return this->WriteObjects(probabilities, pieces, fileName);
  }

  SegmentedImage
  WritePieces(ClassProbabilityType * probabilities, unsigned int pieces, const std::string & fileName) const
  {
    return this->WriteObjects(probabilities, pieces, fileName);
  }

  template <typename TProbabilities>
  SegmentedImage
  WriteObjects(TProbabilities * probabilities, unsigned int pieces, const std::string & fileName) const
  {
    if (m_Settings.Output == Kind::Probabilities)
    {
      return this->WritePieces<TProbabilities>(probabilities, pieces, fileName);
    }
    auto writer = InstanceSegmentationFileWriter<TProbabilities>::New();
    writer->SetInput(probabilities);
    writer->SetParameters(m_Settings.Objects);
    writer->SetFileName(fileName);
    writer->SetNumberOfStreamDivisions(pieces);
    writer->Update();
    auto segmented = MakeSegmentedImage(probabilities, [](const std::string &) {});
    segmented.NumberOfObjects = writer->GetNumberOfObjects();
    return segmented;
  }

  template <typename TOutput>
  SegmentedImage
  Finish(TOutput * output) const
  {
    const typename TOutput::Pointer held = output;
    return MakeSegmentedImage(output,
                              [held](const std::string & fileName) { WriteImageFile(held.GetPointer(), fileName); });
  }

  SegmentedImage
  Finish(ProbabilityType * probabilities) const
  {
    return this->FinishObjects(probabilities);
  }

  SegmentedImage
  Finish(ClassProbabilityType * probabilities) const
  {
    return this->FinishObjects(probabilities);
  }

  template <typename TProbabilities>
  SegmentedImage
  FinishObjects(TProbabilities * probabilities) const
  {
    if (m_Settings.Output == Kind::Probabilities)
    {
      return this->Finish<TProbabilities>(probabilities);
    }
    if (this->MakesMaskOfClasses())
    {
      return this->FinishMask(probabilities);
    }
    auto objects = InstanceSegmentationImageFilter<TProbabilities, LabelType>::New();
    objects->SetInput(probabilities);
    objects->SetParameters(m_Settings.Objects);
    objects->Update();
    const SizeValueType               numberOfObjects = objects->GetNumberOfObjects();
    const typename LabelType::Pointer labels = objects->GetOutput();
    labels->DisconnectPipeline();
    auto segmented = MakeSegmentedImage(labels.GetPointer(),
                                        [labels](const std::string & fileName)
                                        { WriteLabels<VDimension>(labels.GetPointer(), fileName); });
    segmented.NumberOfObjects = numberOfObjects;
    return segmented;
  }

  template <typename TProbabilities>
  SegmentedImage
  FinishMask(TProbabilities * probabilities) const
  {
    InstanceSegmentationParameters parameters;
    parameters.Channels = m_Settings.Objects.Channels;
    parameters.MaskThreshold = m_Settings.Objects.MaskThreshold;
    parameters.Separation = InstanceSeparation::None;
    parameters.FillHoles = false;
    auto objects = InstanceSegmentationImageFilter<TProbabilities, LabelType>::New();
    objects->SetInput(probabilities);
    objects->SetParameters(parameters);
    auto mask = BinaryThresholdImageFilter<LabelType, MaskType>::New();
    mask->SetInput(objects->GetOutput());
    mask->SetLowerThreshold(1);
    mask->SetInsideValue(1);
    mask->Update();
    const typename MaskType::Pointer output = mask->GetOutput();
    output->DisconnectPipeline();
    return this->Finish<MaskType>(output.GetPointer());
  }

  SegmentationSettings                          m_Settings;
  UNetModel::Pointer                            m_Model;
  TorchDevice                                   m_Device;
  std::uint64_t                                 m_MaximumMemory{ 0 };
  std::map<std::string, ProcessObject::Pointer> m_Networks;
};

template <unsigned int VDimension>
std::unique_ptr<ImageSegmenter>
MakeImageSegmenterOfDimension(UNetModel * model, const std::string & device, const SegmentationSettings & settings)
{
  return std::make_unique<Segmenter<VDimension>>(model, device, settings);
}
} // namespace itk

#endif
