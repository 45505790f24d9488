// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkUNetWholeImageScale_h
#define itkUNetWholeImageScale_h

#include "itkPipelineTime.h"
#include "itkTorchImage.h"
#include "itkUNetIntensityMeasurement.h"
#include "itkUNetModel.h"
#include <algorithm>

namespace itk
{
/** \class UNetWholeImageScale
 * \brief The intensity scale of a whole image of which only parts are in memory, kept until the image or the model
 * changes.
 * \ingroup ITKTorchUNetModel */
template <typename TImage>
class UNetWholeImageScale
{
public:
  bool
  IsKnown(const TImage * image, const UNetModel * model) const
  {
    return m_Image == image && m_ImageTime == GetPipelineTime(image) && m_Model == model &&
           m_ModelTime == model->GetMTime();
  }

  /** Updates the image in pieces of whole slabs, once for each pass of UNetIntensityMeasurement. Its requested region
   * is another one afterwards.
   * \param pixelsAtOnce most pixels of a piece, which is at least one slab
   * \param afterPiece is called after each of them */
  template <typename TAfterPiece>
  void
  Measure(TImage * image, const UNetModel * model, SizeValueType pixelsAtOnce, const TAfterPiece & afterPiece)
  {
    constexpr unsigned int   last = TImage::ImageDimension - 1;
    const auto               whole = image->GetLargestPossibleRegion();
    const SizeValueType      slabs = whole.GetSize(last);
    const SizeValueType      step = std::max<SizeValueType>(1, pixelsAtOnce / (whole.GetNumberOfPixels() / slabs));
    UNetIntensityMeasurement measurement(model->GetIntensityNormalization());
    while (measurement.NeedsPass())
    {
      for (SizeValueType slab = 0; slab < slabs; slab += step)
      {
        auto piece = whole;
        piece.SetIndex(last, whole.GetIndex(last) + static_cast<IndexValueType>(slab));
        piece.SetSize(last, std::min(step, slabs - slab));
        image->SetRequestedRegion(piece);
        image->PropagateRequestedRegion();
        image->UpdateOutputData();
        measurement.Add(GetTorchTensor(image, piece, TorchDevice::CPU()));
        afterPiece();
      }
      measurement.EndPass();
    }
    m_Scale = measurement.GetScale();
    m_Image = image;
    m_ImageTime = GetPipelineTime(image);
    m_Model = model;
    m_ModelTime = model->GetMTime();
  }

  const UNetIntensityScale &
  Get() const
  {
    return m_Scale;
  }

private:
  UNetIntensityScale      m_Scale;
  UNetModel::ConstPointer m_Model;
  const TImage *          m_Image{ nullptr };
  ModifiedTimeType        m_ImageTime{ 0 };
  ModifiedTimeType        m_ModelTime{ 0 };
};
} // namespace itk

#endif
