// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchImageToImageFilter_h
#define itkTorchImageToImageFilter_h

#include "itkImageToImageFilter.h"
#include "itkTorchExecution.h"
#include "itkTorchImage.h"
#include "itkTorchMacros.h"
#include "itkTorchParameterized.h"
#include "itkTorchProgress.h"
#include <map>

namespace itk
{
/** \class TorchImageToImageFilter
 * \brief Base of the filters that compute on tensors.
 *
 * A filter with one input overrides one function:
 * \code
 * TorchTensor GenerateTensor(const TorchTensor & input) override
 * {
 *   return MakeTorchTensor(GetATensor(input).exp(), input.GetDevice());
 * }
 * \endcode
 * It receives the input's requested region and returns the output's, both as (1, C, …, y, x); see TorchTensor. A filter
 * with several inputs or outputs overrides GenerateTensors(). Everything else follows ITK's conventions: a filter that
 * needs a margin overrides GenerateInputRequestedRegion(), one that needs the whole image also
 * EnlargeOutputRequestedRegion().
 *
 * Outputs are TorchImages, so that pixels stay on the device between Torch filters; see TorchImage. When the outermost
 * Update() returns, all pixels that are still held are on the host; KeepIntermediatesOnDevice spares this filter the
 * copy.
 *
 * The input may be an ImageAdaptor, whose computed pixels are copied; the output may not.
 *
 * Setters never throw. Update() throws, before anything is computed: parameters and device are checked in
 * VerifyPreconditions(), geometry in VerifyInputInformation(). LibTorch runs on the thread that calls Update().
 *
 * ProgressEvents are sent on that thread, often enough for a progress bar; the progress never decreases and ends at 1.
 * If an observer or another thread calls AbortGenerateDataOn(), Update() throws ProcessAborted at the next event;
 * outputs stay as before, and the filter can be updated again.
 * \ingroup ITKTorchCore
 */
template <typename TInputImage, typename TOutputImage>
class ITK_TEMPLATE_EXPORT TorchImageToImageFilter
  : public ImageToImageFilter<TInputImage, TOutputImage>
  , public TorchParameterized
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TorchImageToImageFilter);

  using Self = TorchImageToImageFilter;
  using Superclass = ImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;
  itkOverrideGetNameOfClassMacro(TorchImageToImageFilter);
  static_assert(
    TInputImage::ImageDimension == TOutputImage::ImageDimension,
    "Input and output must have the same dimension: extract slices from the output by an ExtractImageFilter.");
  static_assert(IsTorchBuffer<TOutputImage>, "The output must be an itk::Image or itk::VectorImage, not an adaptor.");
  itkTorchAbortFlagMacro();

public:
  using OutputImageRegionType = typename TOutputImage::RegionType;
  using DataObjectPointer = ProcessObject::DataObjectPointer;
  using DataObjectPointerArray = ProcessObject::DataObjectPointerArray;
  using DataObjectPointerArraySizeType = ProcessObject::DataObjectPointerArraySizeType;
  using DataObjectIdentifierType = ProcessObject::DataObjectIdentifierType;

  /** Where to compute. Default: auto. */
  itkSetMacro(Device, TorchDevice);
  itkGetConstReferenceMacro(Device, TorchDevice);

  /** Whether outputs that only Torch filters asked for stay on the device alone when the outermost Update() returns. It
   * saves a copy to the host for each. Before such an output's pixels are read, its own Update() is to be called:
   * GetPixel() and iterators would find no buffer. Default: off. */
  itkSetMacro(KeepIntermediatesOnDevice, bool);
  itkGetConstMacro(KeepIntermediatesOnDevice, bool);
  itkBooleanMacro(KeepIntermediatesOnDevice);

  DataObjectPointer
  MakeOutput(DataObjectPointerArraySizeType index) override;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

  /** As in the superclass; all outputs, and not just the primary one, are on the host at the end. */
  void
  Update() override;

  void
  PropagateRequestedRegion(DataObject * output) override;

  /** As in the superclass; after an exception the filter can be updated again without ResetPipeline(). */
  void
  UpdateOutputData(DataObject * output) override;

protected:
  TorchImageToImageFilter();
  ~TorchImageToImageFilter() override = default;

  void
  VerifyPreconditions() const override;
  void
  VerifyInputInformation() const override;
  void
  GenerateOutputRequestedRegion(DataObject * output) override;
  void
  GenerateData() final;

  /** Computes all outputs by GetInputTensor() and SetOutputTensor(). */
  virtual void
  GenerateTensors();

  /** The output's requested region from the input's. A result that the filter keeps for itself, too, is copied.
   * \param input not to be written to: on the host it is the input image itself */
  virtual TorchTensor
  GenerateTensor(const TorchTensor & input);

  /** The device that this execution uses; never `auto`. */
  TorchDevice
  GetResolvedDevice() const;

  /** The region of an input that this filter asked for. The image's own requested region may be larger by now, since
   * the filter that makes it may have enlarged it. */
  template <typename TImage>
  typename TImage::RegionType
  GetInputRequestedRegion(const TImage * image) const;

  /** GetInputRequestedRegion() of an input, on the device. */
  template <typename TImage>
  TorchTensor
  GetInputTensor(const TImage * image);

  /** The primary output's requested region of a tensor of the primary input's. */
  TorchTensor
  CropToOutput(const TorchTensor & tensor) const;

  /** Makes `tensor` the output's pixels. On the host it becomes the output's buffer, which filters behind this one may
   * write to: give a Clone() of what is kept for later.
   * \param tensor shape (1, C, …, y, x) of the output's requested region, of the output's component type */
  template <typename TImage>
  void
  SetOutputTensor(TImage * output, const TorchTensor & tensor);

  /** Tells observers how much is done, in [0, 1]; never less than before. Called on the thread of Update() only.
   * \throws ProcessAborted if AbortGenerateDataOn() was called, by an observer or another thread */
  void
  ReportProgress(float progress);

  /** Sends a TorchWarningEvent. */
  void
  ReportWarning(const std::string & message);

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  TorchDevice              m_Device;
  bool                     m_KeepIntermediatesOnDevice{ false };
  std::vector<TorchTensor> m_InputTensors;

  std::map<const DataObject *, ImageRegion<TInputImage::ImageDimension>> m_InputRequestedRegions;
};
} // namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkTorchImageToImageFilter.hxx"
#endif

#endif
