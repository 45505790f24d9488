// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkClassNames_h
#define itkClassNames_h

#include "ITKTorchWorkflowExport.h"
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace itk
{
class UNetModel;

/** \class ClassNames
 * \brief The classes 0 … N − 1 that labels are numbers of, and their names; class 0 is the background. */
class ITKTorchWorkflow_EXPORT ClassNames
{
public:
  /** No classes are known, so that any number may be one. */
  ClassNames() = default;

  /** \param names in the order of the classes
   * \throws ExceptionObject if one is empty or there twice */
  explicit ClassNames(const std::vector<std::string> & names);

  /** \param text names with commas, such as "background,nucleus" */
  static ClassNames
  Parse(const std::string & text);

  /** As many as the model has, two where it has one output; classes without a name have none. */
  static ClassNames
  FromModel(const UNetModel & model);

  /** 0 if no classes are known. */
  std::size_t
  GetNumberOfClasses() const
  {
    return m_Names.size();
  }

  const std::vector<std::string> &
  GetNames() const
  {
    return m_Names;
  }

  /** Empty where there are none. */
  const std::string &
  GetName(std::int64_t label) const;

  /** Whether any class has a name. */
  bool
  HasNames() const;

  /** \throws ExceptionObject that names the file and the first number that is no class, unless there is none */
  void
  VerifyLabels(const std::int64_t * begin, const std::int64_t * end, const std::string & fileName) const;

private:
  std::vector<std::string> m_Names;
};
} // namespace itk

#endif
