// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef Checks_h
#define Checks_h

#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace client
{
/** Counts a check for the table at the end, and hands it on to GoogleTest. */
::testing::AssertionResult
Count(const ::testing::AssertionResult & result);

inline ::testing::AssertionResult
Count(bool isTrue)
{
  return Count(isTrue ? ::testing::AssertionSuccess() : ::testing::AssertionFailure());
}

/** A difference for the table. */
void
NoteDifference(double difference);

/** Numbers within `tolerance`, or both not a number. */
::testing::AssertionResult
Near(double actual, double expected, double tolerance = 0.0);

/** The action throws an itk::ExceptionObject, whose description is one sentence and holds each part. */
::testing::AssertionResult
SaysOneSentence(const std::function<void()> & action, const std::vector<std::string> & parts = {});

/** The action throws nothing. */
::testing::AssertionResult
Works(const std::function<void()> & action);

/** The action, in a process of its own, ends by itself: neither by a signal nor by an exception that is not ITK's. */
::testing::AssertionResult
EndsByItself(const std::function<void()> & action);
} // namespace client

/** A counted check. The argument is a bool or an AssertionResult; more may be written after it with <<. */
#define VERIFY(...) EXPECT_TRUE(::client::Count(__VA_ARGS__))

#endif
