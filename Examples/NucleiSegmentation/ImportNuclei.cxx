// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "NucleiImporter.h"

#include "itkErrorSentence.h"

#include <CLI/CLI.hpp>

#include <iostream>

int
main(int argc, char ** argv)
{
  itk::NucleiImportOptions options;
  CLI::App                 app{
    "Converts the nuclei of the 2018 Data Science Bowl (BBBC038, stage1_train) to images, labels and a table "
                    "of pairs. Exit status: 0 done, 1 problems (each reported, no table written), 2 wrong arguments."
  };
  app.add_option("input", options.Input, "unpacked folder stage1_train")->required();
  app.add_option("output", options.Output, "folder for images/, labels/ and pairs.csv")->required();
  app.add_option("--groups", options.Groups, "table with columns image_id and fold10; default: a hash of the id");
  app.add_option("--ids", options.Ids, "file with the ids to import, one per line; default: all");
  app
    .add_option("--compression", options.CompressionLevel, "compression level of the PNG files, 1 (fast) to 9 (small)")
    ->capture_default_str()
    ->check(CLI::Range(1, 9));
  try
  {
    app.parse(argc, argv);
  }
  catch (const CLI::ParseError & error)
  {
    return app.exit(error) == 0 ? 0 : 2;
  }

  try
  {
    const auto summary = itk::ImportNuclei(options, std::cout);
    for (const auto & problem : summary.Problems)
    {
      std::cerr << "Error: " << problem << '\n';
    }
    std::cout << "images: " << summary.Images << ", nuclei: " << summary.Nuclei
              << ", pixels in two masks: " << summary.OverlappingPixels << ", problems: " << summary.Problems.size()
              << std::endl;
    return summary.Problems.empty() ? 0 : 1;
  }
  catch (const std::exception & error)
  {
    std::cerr << "Error: " << itk::ErrorSentence(error) << std::endl;
    return 1;
  }
}
