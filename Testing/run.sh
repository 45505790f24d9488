#!/usr/bin/env bash
# Sets up, builds everything, runs every test and prints CTest's summary.
# Usage: bash Testing/run.sh [options of ctest, such as -L Core or -R UNet]
set -euo pipefail
cd "$(dirname "$0")/.."
bash Examples/setup.sh
bash Testing/FrontDoor/setup.sh || echo "run.sh: tests that need other readers of files are skipped." >&2
cmake --preset release
cmake --build --preset release
ctest --preset release --parallel "$(nproc)" "$@"
