// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkCommands_h
#define itkCommands_h

namespace itk
{
/** What `itktorch` can do. Each command is a library of its own, itktorch-NAME, which the program loads to run it. */
struct Command
{
  const char * Name;
  const char * Description;
  bool         IsShown{ true };
};

constexpr Command commands[] = {
  { "train", "Trains a U-Net on images with label images." },
  { "segment", "Segments images with a trained U-Net into numbered objects or classes." },
  { "tune",
    "Finds the thresholds and sizes that separate objects best, on images that the network was not trained on." },
  { "evaluate", "Scores segmentations against the truth: pixels, objects, outlines and surfaces." },
  { "canny", "Detects Canny edges as ITK does and compares them with a segmentation." },
  { "weight-map", "Computes weights for the pixels of a label image so that gaps between objects count most." },
  { "augment", "Shows or writes random augmentations of an image, its labels and weights." },
  { "info", "Shows what the program sees in image files: size, type, spacing, values, labels, and what is wrong." },
  { "check",
    "Finds what is wrong with a table of images and labels before a training: files, labels, duplicates, leakage." },
  { "read-images", "Reads images for another process of itktorch, which asks on standard input.", false },
  { "parameters", "Prints Documentation/Parameters.md.", false },
  { "metrics", "Prints Documentation/Metrics.md.", false }
};

/** The function that a command's library exports: takes the words after the command's name behind the program's, and
 * returns the exit status. */
using CommandFunction = int (*)(int argc, char * argv[]);
constexpr const char * commandSymbol = "itktorchCommand";
} // namespace itk

#endif
