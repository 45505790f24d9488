// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkUNetModel.h"
#include "itkImageTensor.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetNetwork.h"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace itk
{
namespace
{
std::string
ShapeText(const std::vector<std::int64_t> & shape)
{
  std::string text;
  for (const auto size : shape)
  {
    text += (text.empty() ? "" : " x ") + std::to_string(size);
  }
  return text;
}

struct BadValues
{
  std::int64_t Infinite{ 0 };
  std::int64_t Negative{ 0 };
};

/** Infinite or NaN values, and finite ones below 0, in one pass that the compiler vectorizes. */
BadValues
CountBadValues(const at::Tensor & values)
{
  constexpr std::uint32_t exponent = 0x7F800000u;
  BadValues               bad;
  const float * const     value = values.const_data_ptr<float>();
  constexpr std::int64_t  block = 4096;
  for (std::int64_t begin = 0; begin < values.numel(); begin += block)
  {
    const std::int64_t end = std::min(begin + block, values.numel());
    std::uint32_t      infinite = 0;
    std::uint32_t      negative = 0;
    for (std::int64_t i = begin; i < end; ++i)
    {
      std::uint32_t bits;
      std::memcpy(&bits, value + i, sizeof(bits));
      infinite += static_cast<std::uint32_t>((bits & exponent) == exponent);
      negative += static_cast<std::uint32_t>(bits > 0x80000000u);
    }
    bad.Infinite += infinite;
    bad.Negative += negative;
  }
  return bad;
}

/** \throws ExceptionObject for values that no training makes */
void
VerifyValues(const std::string & name, const TorchTensor & tensor, bool isVariance)
{
  const at::Tensor values = GetATensor(tensor).to(at::kCPU, at::kFloat).contiguous();
  const BadValues  bad = CountBadValues(values);
  if (bad.Infinite > 0)
  {
    itkGenericExceptionMacro("The model's weight \"" << name << "\" must be finite, but " << bad.Infinite << " of its "
                                                     << values.numel() << " values are NaN or infinite.");
  }
  if (isVariance && bad.Negative > 0)
  {
    itkGenericExceptionMacro("The model's weight \"" << name << "\" must hold variances of at least 0, but "
                                                     << bad.Negative << " of its " << values.numel()
                                                     << " values are less than 0.");
  }
}
} // namespace

void
UNetModel::SetSpecification(const UNetSpecification & specification)
{
  if (m_Specification != specification)
  {
    m_Specification = specification;
    this->Modified();
  }
}

void
UNetModel::SetIntensityNormalization(const UNetIntensityNormalization & rule)
{
  m_IntensityNormalization = rule;
  this->Modified();
}

void
UNetModel::SetClassNames(const std::vector<std::string> & names)
{
  m_ClassNames = names;
  this->Modified();
}

void
UNetModel::SetSpacing(const std::vector<double> & spacing)
{
  m_Spacing = spacing;
  this->Modified();
}

void
UNetModel::SetCard(const UNetModelCard & card)
{
  m_Card = card;
  this->Modified();
}

void
UNetModel::SetWeights(const WeightsType & weights)
{
  m_Weights = weights;
  this->Modified();
}

void
UNetModel::RoundWeightsToHalfPrecision()
{
  WeightsType weights;
  for (const auto & [name, tensor] : m_Weights)
  {
    weights.emplace(name, MakeTorchTensor(GetATensor(tensor).to(at::kHalf).to(at::kFloat), TorchDevice::CPU()));
  }
  this->SetWeights(weights);
}

void
UNetModel::InitializeWeights(std::uint64_t seed)
try
{
  m_Specification.Verify();
  WeightsType weights;
  for (const auto & [name, tensor] : InitializeUNetWeights(m_Specification, seed))
  {
    weights.emplace(name, MakeTorchTensor(tensor, TorchDevice::CPU()));
  }
  this->SetWeights(weights);
}
catch (...)
{
  TorchExecution::Rethrow("UNetModel::InitializeWeights()");
}

void
UNetModel::Verify() const
try
{
  m_Specification.Verify();
  m_IntensityNormalization.Verify();
  const auto tensors = m_Specification.GetTensors();
  for (const auto & tensor : tensors)
  {
    const auto found = m_Weights.find(tensor.Name);
    if (found == m_Weights.end())
    {
      itkExceptionMacro("The model has no weight \"" << tensor.Name << "\", which its specification requires.");
    }
    if (found->second.GetShape() != tensor.Shape)
    {
      itkExceptionMacro("The model's weight \"" << tensor.Name << "\" must be of shape " << ShapeText(tensor.Shape)
                                                << ", but is of shape " << ShapeText(found->second.GetShape()) << '.');
    }
    const bool isVariance = !tensor.IsTrained && tensor.InitialValue == UNetTensorDescription::Kind::One;
    VerifyValues(tensor.Name, found->second, isVariance);
  }
  for (const auto & weight : m_Weights)
  {
    if (std::none_of(tensors.begin(), tensors.end(), [&](const auto & t) { return t.Name == weight.first; }))
    {
      itkExceptionMacro("The model's specification has no weight \"" << weight.first << "\".");
    }
  }
  if (!m_ClassNames.empty() && m_ClassNames.size() != m_Specification.Classes)
  {
    itkExceptionMacro("ClassNames must be " << m_Specification.Classes << " names, but are " << m_ClassNames.size()
                                            << '.');
  }
  this->VerifyGrid();
}
catch (...)
{
  TorchExecution::Rethrow("UNetModel::Verify()");
}

void
UNetModel::VerifyGrid() const
{
  // From less than an atom to a meter.
  constexpr double smallestSpacing = 1e-7;
  constexpr double largestSpacing = 1000;
  const bool       isSpacingGood =
    m_Spacing.empty() ||
    (m_Spacing.size() == m_Specification.Dimension &&
     std::all_of(
       m_Spacing.begin(), m_Spacing.end(), [](double s) { return s >= smallestSpacing && s <= largestSpacing; }));
  if (!isSpacingGood)
  {
    itkExceptionMacro("Spacing must be " << m_Specification.Dimension << " numbers in [" << smallestSpacing << ", "
                                         << largestSpacing << "] mm, but is ["
                                         << TorchParameter::Format(TorchParameterValue(m_Spacing)) << "].");
  }
  const auto isAxis = [this](const char * letters) {
    return std::count_if(m_Orientation.begin(), m_Orientation.end(), [&](char c) { return std::strchr(letters, c); });
  };
  const bool isOrientationGood =
    m_Orientation.empty() || (m_Orientation.size() == 3 && isAxis("LR") == 1 && isAxis("PA") == 1 && isAxis("SI") == 1);
  if (!isOrientationGood || (!m_Orientation.empty() && m_Specification.Dimension != 3))
  {
    itkExceptionMacro(
      "Orientation must be empty or, for 3 dimensions, one letter each of L or R, P or A, S or I, but is \""
      << m_Orientation << "\".");
  }
}

bool
UNetModel::IsForSpacing(const std::vector<double> & spacing) const
{
  return m_Spacing.empty() || std::equal(spacing.begin(),
                                         spacing.end(),
                                         m_Spacing.begin(),
                                         m_Spacing.end(),
                                         [](double a, double b) { return std::abs(a - b) <= 1e-3 * b; });
}

void
UNetModel::Graft(const DataObject * data)
{
  const auto * const model = dynamic_cast<const Self *>(data);
  if (model == nullptr)
  {
    itkExceptionMacro("Only a UNetModel can be grafted onto a UNetModel.");
  }
  m_Specification = model->m_Specification;
  m_IntensityNormalization = model->m_IntensityNormalization;
  m_ClassNames = model->m_ClassNames;
  m_Spacing = model->m_Spacing;
  m_Orientation = model->m_Orientation;
  m_Recipe = model->m_Recipe;
  m_Card = model->m_Card;
  m_Weights = model->m_Weights;
  this->Modified();
}

void
UNetModel::Initialize()
{
  Superclass::Initialize();
  m_Weights.clear();
}

void
UNetModel::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);
  os << indent << "Specification:" << std::endl;
  TorchParameterView(m_Specification).Print(os, indent.GetNextIndent());
  os << indent << "Intensity normalization:" << std::endl;
  TorchParameterView(m_IntensityNormalization).Print(os, indent.GetNextIndent());
  os << indent << "ClassNames: ";
  for (const std::string & name : m_ClassNames)
  {
    os << (&name == &m_ClassNames.front() ? "" : ",") << name;
  }
  os << std::endl;
  os << indent << "Spacing: " << TorchParameter::Format(m_Spacing) << std::endl;
  os << indent << "Orientation: " << m_Orientation << std::endl;
  os << indent << "Recipe: " << m_Recipe << std::endl;
  os << indent << "Card: " << m_Card.ToJson() << std::endl;
  os << indent << "Number of parameters: " << m_Specification.GetNumberOfParameters() << std::endl;
  os << indent << "Weights: " << m_Weights.size() << " tensors" << std::endl;
}
} // namespace itk
