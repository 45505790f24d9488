// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchBenchmark.h"

#include "itkTorchMemoryReuse.h"
#include "itkTorchRandom.h"
#include "itkTorchRuntime.h"
#include "itkTorchTensorAccess.h"
#include "itkUNetModelWriter.h"
#include "itkUNetNetwork.h"
#include <ATen/TensorOperators.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <fstream>

namespace
{
struct Case
{
  std::string        Folder;
  at::ScalarType     Precision;
  unsigned int       Dimension;
  unsigned int       Channels;
  unsigned int       Classes;
  unsigned int       Filters;
  itk::SizeValueType Edge;
  unsigned int       Batch;
};

constexpr int comparedSteps = 20;

itk::UNetModel::Pointer
MakeModel(const Case & given)
{
  itk::UNetSpecification specification;
  specification.Dimension = given.Dimension;
  specification.Channels = given.Channels;
  specification.Classes = given.Classes;
  specification.BaseFilters = given.Filters;
  auto model = itk::UNetModel::New();
  model->SetSpecification(specification);
  model->InitializeWeights(1);
  return model;
}

/** Balls of a class each in noise. */
class Batch
{
public:
  explicit Batch(const Case & given)
  {
    std::vector<std::int64_t> shape{ given.Batch, given.Channels };
    shape.insert(shape.end(), given.Dimension, static_cast<std::int64_t>(given.Edge));
    Image = at::empty(shape, at::kFloat);
    shape.erase(shape.begin() + 1);
    Target = at::zeros(shape, at::kLong);
    itk::TorchRandom random(1);
    for (unsigned int number = 0; number < given.Batch; ++number)
    {
      for (int ball = 0; ball < 8; ++ball)
      {
        this->AddBall(given, Target[number], 1 + ball % (given.Classes - 1), random);
      }
    }
    float * const              pixels = Image.mutable_data_ptr<float>();
    const std::int64_t * const labels = Target.const_data_ptr<std::int64_t>();
    const std::int64_t         ofImage = Target.numel() / given.Batch;
    for (std::int64_t i = 0; i < Image.numel(); ++i)
    {
      const std::int64_t label = labels[i / ofImage / given.Channels * ofImage + i % ofImage];
      pixels[i] = static_cast<float>(static_cast<double>(label) + random.Normal());
    }
  }

  at::Tensor Image;
  at::Tensor Target;

private:
  static void
  AddBall(const Case & given, const at::Tensor & labels, std::int64_t label, itk::TorchRandom & random)
  {
    const auto     edge = static_cast<std::int64_t>(given.Edge);
    const auto     draw = [&] { return edge * random.Uniform(); };
    const auto     center = std::array<double, 3>{ draw(), draw(), draw() };
    const double   radius = static_cast<double>(edge) * random.Uniform(0.05, 0.2);
    std::int64_t * values = labels.mutable_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < labels.numel(); ++i)
    {
      double squared = 0.0;
      for (unsigned int axis = 0, rest = 1; axis < given.Dimension; ++axis, rest *= static_cast<unsigned int>(edge))
      {
        const double distance = static_cast<double>(i / rest % edge) - center[axis];
        squared += distance * distance;
      }
      values[i] = squared < radius * radius ? label : values[i];
    }
  }
};

/** As UNetTraining::Run() does a step. */
class Trainer
{
public:
  Trainer(const Case & given, const itk::UNetModel * model)
    : m_Precision(given.Precision)
    , m_Batch(given)
    , m_Network(model->GetSpecification(), CopyWeights(model))
  {
    for (const auto & description : model->GetSpecification().GetTensors())
    {
      const at::Tensor & weight = m_Network.GetWeights().at(description.Name);
      if (description.IsTrained)
      {
        weight.set_requires_grad(true);
        m_Parameters.push_back(weight);
        m_First.push_back(at::zeros_like(weight));
        m_Second.push_back(at::zeros_like(weight));
        m_Steps.push_back(at::scalar_tensor(0.0, at::kFloat));
      }
    }
  }

  double
  Step()
  {
    double loss = 0.0;
    {
      const c10::AutoGradMode withGradients(true);
      const at::Tensor        logits = m_Network.Train(
        m_Batch.Image, itk::TorchRandom(1), [](double) {}, m_Precision);
      const at::Tensor mean = at::cross_entropy_loss(logits, m_Batch.Target);
      mean.backward();
      loss = mean.item<double>();
    }
    std::vector<at::Tensor> gradients;
    for (std::size_t i = 0; i < m_Parameters.size(); ++i)
    {
      gradients.push_back(m_Parameters[i].grad());
      m_Steps[i].add_(1.0);
    }
    at::_fused_adam_(
      m_Parameters, gradients, m_First, m_Second, {}, m_Steps, 1e-3, 0.9, 0.999, 0.0, 1e-8, false, false);
    for (auto & parameter : m_Parameters)
    {
      parameter.mutable_grad().reset();
    }
    return loss;
  }

  const Batch &
  GetBatch() const
  {
    return m_Batch;
  }

private:
  static itk::UNetWeights
  CopyWeights(const itk::UNetModel * model)
  {
    itk::UNetWeights weights;
    for (const auto & [name, tensor] : model->GetWeights())
    {
      weights.emplace(name, itk::GetATensor(tensor).clone());
    }
    return weights;
  }

  at::ScalarType          m_Precision;
  Batch                   m_Batch;
  itk::UNetNetwork        m_Network;
  std::vector<at::Tensor> m_Parameters;
  std::vector<at::Tensor> m_First;
  std::vector<at::Tensor> m_Second;
  std::vector<at::Tensor> m_Steps;
};

/** Of this process, in bytes. */
double
GetPeakMemory()
{
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
  {
    if (word == "VmHWM:")
    {
      double kibibytes = 0.0;
      status >> kibibytes;
      return 1024.0 * kibibytes;
    }
  }
  return 0.0;
}

/** Writes start weights, batch and the losses of the first steps; then does a step for each line that it reads and
 * answers with its seconds, or with the peak memory in bytes to the line "memory". */
int
Serve(const Case & given)
{
  const auto model = MakeModel(given);
  auto       writer = itk::UNetModelWriter::New();
  writer->SetInput(model);
  writer->SetFileName(given.Folder + "/model.safetensors");
  writer->Update();
  const itk::TorchMemoryReuse reuse;
  Trainer                     trainer(given, model);
  const auto                  write = [&given](const char * name, const void * data, std::size_t bytes)
  {
    std::ofstream(given.Folder + "/" + name, std::ios::binary)
      .write(static_cast<const char *>(data), static_cast<std::streamsize>(bytes));
  };
  const Batch & batch = trainer.GetBatch();
  write("image.raw", batch.Image.const_data_ptr<float>(), batch.Image.nbytes());
  write("target.raw", batch.Target.const_data_ptr<std::int64_t>(), batch.Target.nbytes());
  std::vector<double> losses;
  for (int i = 0; i < comparedSteps; ++i)
  {
    losses.push_back(trainer.Step());
  }
  write("losses.raw", losses.data(), losses.size() * sizeof(double));
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);)
  {
    std::cout << (line == "memory" ? GetPeakMemory() : itk::Benchmark::Seconds([&] { trainer.Step(); })) << std::endl;
  }
  return 0;
}
} // namespace

int
main(int argc, char * argv[])
{
  itk::TorchRuntime::SetNumberOfThreads(2);
  if (argc != 10 || std::string(argv[1]) != "--serve")
  {
    std::cerr << "usage: --serve FOLDER PRECISION DIMENSION CHANNELS CLASSES FILTERS EDGE BATCH" << std::endl;
    return 2;
  }
  const c10::AutoGradMode noGradients(false);
  const auto              number = [argv](int i) { return static_cast<unsigned int>(std::stoul(argv[i])); };
  return Serve({ argv[2],
                 std::string(argv[3]) == "bfloat16" ? at::kBFloat16 : at::kFloat,
                 number(4),
                 number(5),
                 number(6),
                 number(7),
                 number(8),
                 number(9) });
}
