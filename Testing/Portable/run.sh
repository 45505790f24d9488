#!/usr/bin/env bash
# Runs the programs of this bundle, which Testing/Portable/bundle.sh made.
# Usage: bash run.sh [PROGRAM …] [ARGUMENT …]     runs all test programs if none is named; each gets all arguments
# LibTorch is the one in LIBTORCH_ROOT (a folder with lib), else that of python3's torch package.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

fail() { echo "run.sh: $*" >&2; exit 2; }

case "${1:-}" in -h | --help) sed -n '2,4s/^# //p' "$0"; exit 0 ;; esac
programs=()
while [ -n "${1:-}" ] && [ -f "$here/bin/$1" ]; do
  programs+=("$1")
  shift
done
if [ ${#programs[@]} = 0 ]; then
  case "${1--}" in -*) ;; *) fail "PROGRAM must be one of $(cd "$here/bin" && echo *), but is $1." ;; esac
  for program in "$here"/bin/*Tests; do
    programs+=("$(basename "$program")")
  done
fi

root=${LIBTORCH_ROOT:-}
if [ -z "$root" ]; then
  root=$(python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])' \
    2>/dev/null) ||
    fail "LIBTORCH_ROOT must be a folder that holds LibTorch's lib, as python3 has no torch package."
fi
[ -f "$root/lib/libtorch_cpu.so" ] || fail \
  "LIBTORCH_ROOT must be a folder that holds lib/libtorch_cpu.so, but is $root."
root=$(cd "$root" && pwd)
built=$(cat "$here/libtorch-version")
found=$(cat "$root/include/torch/headeronly/version.h" "$root/include/torch/csrc/api/include/torch/version.h" \
  2>/dev/null |
  awk '$2 == "TORCH_VERSION_MAJOR" { major = $3 } $2 == "TORCH_VERSION_MINOR" { print major "." $3; exit }') || true
[ -z "$found" ] || [ "$built" = "$found" ] || fail "LibTorch must be $built, but $root is $found."
export LD_LIBRARY_PATH=$here/lib:$root/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

device=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null) && [ -f "$root/lib/libtorch_cuda.so" ] ||
  device="the CPU alone"
echo "LibTorch: ${found:-of unknown version}, $root"
echo "device: $device"

failed=()
for program in "${programs[@]}"; do
  echo "== $program"
  "$here/bin/$program" "$@" || failed+=("$program")
done
[ ${#failed[@]} = 0 ] || { echo "run.sh: failed: ${failed[*]}" >&2; exit 1; }
