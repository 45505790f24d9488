// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef Subjects_h
#define Subjects_h

#include "Images.h"

/** \file
 * Every filter of the library, ready to run on small images, in 2D and in 3D. */

namespace client
{
struct Setting
{
  std::string Device{ "cpu" };
  /** A native filter in front of each input image. */
  bool IsNativeInFront{ false };
  /** With it, the native filter's output is released as soon as it is used. */
  bool IsInputReleased{ false };
};

/** A filter with its inputs, about to be updated. */
struct Subject
{
  itk::ProcessObject::Pointer              Filter;
  std::vector<itk::DataObject::Pointer>    Inputs;
  std::vector<itk::ProcessObject::Pointer> InFront;

  /** The outputs that are images. */
  std::vector<itk::DataObject::Pointer>
  GetImages() const;

  /** Runs the filter as its users do and reads all images. */
  std::vector<Pixels>
  Update() const;

  /** Brings each image up to date by itself and reads it, as for images whose pixels are released. */
  std::vector<Pixels>
  UpdateEachImage() const;

  /** `image`, or what a native filter in front of the subject makes of it. */
  template <typename TImage>
  const TImage *
  Feed(const TImage * image, const Setting & setting)
  {
    return static_cast<const TImage *>(this->FeedObject(const_cast<TImage *>(image), setting));
  }

private:
  const itk::DataObject *
  FeedObject(itk::DataObject * image, const Setting & setting);
};

struct NamedSubject
{
  std::string                             Name;
  std::function<Subject(const Setting &)> Make;
  /** Greatest difference between pieces and the whole. */
  double PieceTolerance{ 0.0 };
  /** Greatest difference between a device and the CPU. */
  double DeviceTolerance{ 0.0 };
  /** Whether the filter has a device. */
  bool IsOnDevice{ true };
};

std::ostream &
operator<<(std::ostream & os, const NamedSubject & subject);

/** Of names that hold `part`. */
std::vector<NamedSubject>
GetSubjects(const std::string & part = {});

/** For INSTANTIATE_TEST_SUITE_P. */
std::string
NameOfTest(const ::testing::TestParamInfo<NamedSubject> & info);

void
AddAugmentationSubjects(std::vector<NamedSubject> & subjects);
void
AddEdgeSubjects(std::vector<NamedSubject> & subjects);
void
AddLabelSubjects(std::vector<NamedSubject> & subjects);
void
AddNetworkSubjects(std::vector<NamedSubject> & subjects);
} // namespace client

#endif
