// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkTorchExecution.h"
#include "itkTestHelpers.h"
#include "itkTorchMacros.h"

#include "itkObject.h"
#include "itkObjectFactory.h"
#include <c10/core/CPUAllocator.h>
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>
#include <new>
#include <stdexcept>
#include <thread>
#include <typeinfo>

using itk::TorchExecution;

namespace
{
class MyFilter : public itk::Object
{
public:
  using Self = MyFilter;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
  itkOverrideGetNameOfClassMacro(MyFilter);
};

/** What TorchExecution makes of the exception; the exception must be a `TError` and nothing derived from it. */
template <typename TError>
std::string
DescriptionOf(const std::function<void()> & body)
{
  try
  {
    TorchExecution::Run(*MyFilter::New(), "cpu", body);
  }
  catch (const itk::ExceptionObject & error)
  {
    EXPECT_EQ(typeid(error), typeid(TError));
    return error.GetDescription();
  }
  return "no exception";
}

TEST(TorchExecution, RunsTheBodyOnTheCallingThread)
{
  const auto filter = MyFilter::New();
  auto       runner = std::thread::id{};
  TorchExecution::Run(*filter, "cpu", [&runner] { runner = std::this_thread::get_id(); });
  EXPECT_EQ(runner, std::this_thread::get_id());
}

TEST(TorchExecution, AnErrorOfLibTorchBecomesOneLineWithFilterAndDevice)
{
  EXPECT_EQ(DescriptionOf<itk::ExceptionObject>([] { TORCH_CHECK(false, "sizes do not match\nsecond line"); }),
            "MyFilter on device cpu failed: sizes do not match");
}

TEST(TorchExecution, APublicFunctionsErrorNamesTheFunctionAndWithinAFilterTheFilter)
{
  const auto function = [](bool isGood)
  {
    try
    {
      TORCH_CHECK(isGood, "sizes do not match\nsecond line");
    }
    catch (...)
    {
      TorchExecution::Rethrow("Function()");
    }
  };
  EXPECT_NO_THROW(function(true));
  EXPECT_EQ(itk::Test::MessageOf([&] { function(false); }), "Function() failed: sizes do not match");
  EXPECT_EQ(DescriptionOf<itk::ExceptionObject>([&] { function(false); }),
            "MyFilter on device cpu failed: sizes do not match");
}

TEST(TorchExecution, MemoryThatLibTorchLacksIsAnOutOfMemoryError)
{
  EXPECT_EQ(DescriptionOf<itk::TorchOutOfMemoryError>(
              [] { TORCH_CHECK_WITH(OutOfMemoryError, false, "tried to allocate 3 GiB"); }),
            "MyFilter on device cpu ran out of memory: tried to allocate 3 GiB");
}

TEST(TorchExecution, MemoryThatTheHostLacksIsAnOutOfMemoryErrorWhoeverAskedForIt)
{
  EXPECT_EQ(DescriptionOf<itk::TorchOutOfMemoryError>([] { throw std::bad_alloc(); }),
            "MyFilter on device cpu ran out of memory: the host has no memory left");
  const auto text = DescriptionOf<itk::TorchOutOfMemoryError>(
    []
    {
      const std::size_t bytes = std::size_t{ 1 } << 60;
      c10::GetCPUAllocator()->allocate(bytes);
    });
  EXPECT_NE(text.find("MyFilter on device cpu ran out of memory: "), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

TEST(TorchExecution, AnyOtherStandardExceptionNamesFilterAndDevice)
{
  EXPECT_EQ(DescriptionOf<itk::ExceptionObject>([] { throw std::runtime_error("file is cut off\nat byte 7"); }),
            "MyFilter on device cpu failed: file is cut off");
}

TEST(TorchExecution, AnITKExceptionPassesUnchanged)
{
  itk::ProcessAborted thrown("file.cxx", 12);
  thrown.SetDescription("stopped\nby hand");
  try
  {
    TorchExecution::Run(*MyFilter::New(), "cpu", [&thrown] { throw thrown; });
    FAIL() << "no exception";
  }
  catch (const itk::ExceptionObject & error)
  {
    EXPECT_EQ(typeid(error), typeid(itk::ProcessAborted));
    EXPECT_EQ(error, thrown);
  }
}

TEST(TorchExecution, GradientsAreNotRecordedInsideAndAreAsBeforeAfterwards)
{
  const auto filter = MyFilter::New();
  for (const bool isRecording : { true, false })
  {
    const c10::AutoGradMode outside(isRecording);
    bool                    isRecordingInside = true;
    TorchExecution::Run(*filter, "cpu", [&] { isRecordingInside = c10::GradMode::is_enabled(); });
    EXPECT_FALSE(isRecordingInside);
    EXPECT_EQ(c10::GradMode::is_enabled(), isRecording);
    EXPECT_ANY_THROW(TorchExecution::Run(*filter, "cpu", [] { throw std::runtime_error("no"); }));
    EXPECT_EQ(c10::GradMode::is_enabled(), isRecording);
  }
}
} // namespace
