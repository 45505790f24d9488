// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkParameterGrid_h
#define itkParameterGrid_h

#include "ITKTorchWorkflowExport.h"
#include "itkTorchParameterTable.h"
#include <string>
#include <vector>

namespace itk
{
/** \class ParameterGrid
 * \brief All combinations of some values of some parameters. */
class ITKTorchWorkflow_EXPORT ParameterGrid
{
public:
  /** \param axes "Name=v1,v2,…" each
   * \throws ExceptionObject for text of another form, an unknown name, and a value that the parameter cannot have */
  ParameterGrid(const TorchParameterList & list, const std::vector<std::string> & axes);

  std::size_t
  GetNumberOfPoints() const;

  /** Sets the parameters of a point; the last axis varies fastest. */
  void
  SetPoint(std::size_t point, const TorchParameterReference & parameters) const;

  std::vector<std::string>
  GetNames() const;

  /** The grid's parameters as text. */
  std::vector<std::string>
  GetValues(const TorchParameterView & parameters) const;

private:
  struct Axis
  {
    std::string              Name;
    std::vector<std::string> Values; // as JSON
  };

  const TorchParameterList & m_List;
  std::vector<Axis>          m_Axes;
};
} // namespace itk

#endif
