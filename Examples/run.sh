#!/usr/bin/env bash
# The main example: sets up, builds, segments microscope images with the model that comes with the program, scores it;
# then trains a small U-Net on other images, segments the same with it, and compares it with a threshold and Canny.
# Usage: bash Examples/run.sh [options of NucleiSegmentation, such as --epochs 5 or --device cuda]
# Results: Examples/output (labels, model, scores.csv, comparison.png)
set -euo pipefail
cd "$(dirname "$0")/.."
bash Examples/setup.sh
cmake --preset release -DBUILD_TESTING=OFF -DITKTorch_BUILD_BENCHMARKS=OFF -B build-examples >build-examples.log 2>&1 ||
  { cat build-examples.log >&2; exit 1; }
rm -f build-examples.log
cmake --build build-examples --target NucleiSegmentation itktorch

data=Examples/Data/nuclei
output=Examples/output
mkdir -p $output/nuclei
{
  echo image,output
  awk -F, -v data="$PWD/$data" -v output="$PWD/$output/nuclei" \
    'NR > 1 && $3 >= 8 { name = $2; sub(/.*\//, "", name); print data "/" $1 "," output "/" name }' $data/pairs.csv
} >$output/images.csv
echo
echo "The model in the box:"
build-examples/bin/itktorch segment $output/images.csv --again >$output/records.jsonl
build-examples/bin/itktorch evaluate $output/nuclei $data/labels --csv $output/nuclei.csv
echo
echo "A small model, trained on $(awk -F, 'NR > 1 && $3 <= 6' $data/pairs.csv | wc -l) images:"
build-examples/bin/NucleiSegmentation $data/pairs.csv --output $output "$@"
