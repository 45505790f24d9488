#!/usr/bin/env bash
# The main example: sets up, builds, trains a U-Net on real nuclei, segments images that it has not seen, and scores it.
# Usage: bash Examples/run.sh [options of NucleiSegmentation, such as --epochs 5 or --device cuda]
# Results: Examples/output (model, labels, scores.csv, comparison.png)
set -euo pipefail
cd "$(dirname "$0")/.."
bash Examples/setup.sh
cmake --preset release -DBUILD_TESTING=OFF -DITKTorch_BUILD_BENCHMARKS=OFF -B build-examples >build-examples.log 2>&1 ||
  { cat build-examples.log >&2; exit 1; }
rm -f build-examples.log
cmake --build build-examples --target NucleiSegmentation itktorch
build-examples/bin/NucleiSegmentation Examples/Data/nuclei/pairs.csv --output Examples/output "$@"
