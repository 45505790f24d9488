// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCaseShard_h
#define itkCaseShard_h

#include "ITKTorchWorkflowExport.h"
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace itk
{
/** The part of all cases that one of several processes takes: every Count-th, from case Number on, which counts from 1.
 * The shards 1 … Count together are all cases, each once. */
struct ITKTorchWorkflow_EXPORT CaseShard
{
  std::size_t Number{ 1 };
  std::size_t Count{ 1 };

  /** \param index of a case, from 0 */
  bool
  Contains(std::size_t index) const
  {
    return index % Count == Number - 1;
  }

  /** "3/10" */
  std::string
  ToString() const;
};

/** \param text such as "3/10"
 * \throws ExceptionObject unless it is two whole numbers, 1 ≤ first ≤ second */
ITKTorchWorkflow_EXPORT CaseShard
ParseCaseShard(const std::string & text);

/** The shard of a task of a Slurm job array; none outside of one. Tasks are numbered from SLURM_ARRAY_TASK_MIN on, by
 * steps of SLURM_ARRAY_TASK_STEP.
 * \param getVariable what the environment has under a name; empty for nothing
 * \throws ExceptionObject unless the tasks' numbers go up evenly to SLURM_ARRAY_TASK_COUNT of them */
ITKTorchWorkflow_EXPORT std::optional<CaseShard>
GetSlurmShard(const std::function<std::string(const char * name)> & getVariable);
} // namespace itk

#endif
