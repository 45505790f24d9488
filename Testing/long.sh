#!/usr/bin/env bash
# Checks that take too long for every commit, each in a build folder of its own.
# Usage: bash Testing/long.sh [STAGE …]     all stages if none is named; exit status 1 if one fails
#   sanitizers     all modules' tests with the address and the undefined-behavior sanitizer
#   clang          everything compiled by clang without a warning, and without precompiled headers
#   gcc            the same by GCC
#   kills          trainings are killed 20 times under each setting and go on
#   static         static libraries: build and tests
#   documentation  Doxygen without a warning (installed if it is missing)
#   style          all pre-commit hooks (installed from PyPI into a temporary folder)
#   bundle         the portable bundle is made, and its tests run
#   itk            public headers against other ITK sources: ITK_SOURCES="FOLDER …", skipped without
#   libtorch       build and tests with other LibTorch versions: LIBTORCH_VERSIONS="2.10.0 …", skipped without
# The functions are called by the names of the stages.
# shellcheck disable=SC2329
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
source_folder=$PWD
all=(sanitizers clang gcc kills static documentation style bundle itk libtorch)
work=${ITKTorch_LONG_FOLDER:-$source_folder/build-long}
jobs=$(nproc)

configure_and_build() {
  local folder=$1
  shift
  cmake --preset release -B "$work/$folder" "$@" && cmake --build "$work/$folder" --parallel "$jobs"
}

test_in() {
  local folder=$1
  shift
  (cd "$work/$folder" && OMP_WAIT_POLICY=passive ctest --output-on-failure --parallel "$jobs" "$@")
}

sanitizers() {
  local suppressions=$source_folder/Testing/undefined_behavior_of_itk.supp
  cmake --preset asan -B "$work/sanitizers" && cmake --build "$work/sanitizers" --parallel "$jobs" &&
    (cd "$work/sanitizers" && OMP_WAIT_POLICY=passive \
      ASAN_OPTIONS=detect_leaks=0:detect_odr_violation=0:allocator_may_return_null=1 \
      UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:suppressions=$suppressions" \
      ctest --output-on-failure --parallel "$jobs" --label-exclude Client --timeout 3000)
}

kills() {
  configure_and_build kills -DBUILD_TESTING=OFF &&
    python3 Testing/Training/killed_trainings.py --kills 20 --itktorch "$work/kills/bin/itktorch" \
      --pairs Examples/Data/nuclei/pairs.csv --work "$work/kills/runs"
}

# Debian's ITK 5.2 refuses every compiler but the one that it was built with. A copy of the headers that do so comes
# first, which takes clang for that GCC.
clang() {
  local header flags=
  header=$(find /usr/include/ITK-5* -name itk_compiler_detection.h 2>/dev/null | head -1)
  if [ -n "$header" ]; then
    mkdir -p "$work/clang-itk/compilers"
    sed 's/^#  if ITK_COMPILER_IS_GNU$/#  if 1/' "$header" >"$work/clang-itk/itk_compiler_detection.h"
    sed 's/defined(__GNUC__)/1/; s/(__GNUC__ \* 100 + __GNUC_MINOR__)/1202/' \
      "$(dirname "$header")/compilers/ITK_COMPILER_INFO_GNU_CXX.h" >"$work/clang-itk/compilers/ITK_COMPILER_INFO_GNU_CXX.h"
    flags="-include $work/clang-itk/itk_compiler_detection.h"
  fi
  # Last: CMake takes a word after it for a part of it when it looks for the compiler's own folders.
  flags+=" -Werror"
  configure_and_build clang -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ "-DCMAKE_CXX_FLAGS=$flags" \
    -DITKTorch_PRECOMPILE_HEADERS=OFF
}

gcc() { configure_and_build gcc -DCMAKE_CXX_FLAGS=-Werror -DITKTorch_PRECOMPILE_HEADERS=OFF; }

static() { configure_and_build static -DBUILD_SHARED_LIBS=OFF && test_in static --label-exclude Client; }

documentation() {
  command -v doxygen >/dev/null || apt-get install -y -qq --no-install-recommends doxygen graphviz || return 1
  cmake --preset release -B "$work/documentation" && cmake --build "$work/documentation" --target documentation
}

style() {
  python3 -m venv "$work/style" && "$work/style/bin/pip" install --quiet pre-commit &&
    "$work/style/bin/pre-commit" run --all-files
}

bundle() {
  configure_and_build bundle && rm -rf "$work/bundled" &&
    bash Testing/Portable/bundle.sh "$work/bundle" "$work/bundled" &&
    LIBTORCH_ROOT=$(sed -n 's/^LibTorch_INCLUDE_DIR:PATH=\(.*\)\/include$/\1/p' "$work/bundle/CMakeCache.txt") \
      bash "$work/bundled/run.sh"
}

itk() {
  [ -n "${ITK_SOURCES:-}" ] || return 77
  local tree failed=0
  cmake --preset release -B "$work/itk" || return 1
  for tree in $ITK_SOURCES; do
    python3 Testing/ITKSourceTree/check_compilation.py --itk "$tree" --build "$work/itk" --jobs "$jobs" || failed=1
  done
  return "$failed"
}

libtorch() {
  [ -n "${LIBTORCH_VERSIONS:-}" ] || return 77
  local version folder failed=0
  for version in $LIBTORCH_VERSIONS; do
    folder=$work/libtorch-$version
    python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet "torch==$version" &&
      configure_and_build "libtorch-$version/build" \
        -DLIBTORCH_ROOT="$(echo "$folder"/venv/lib/python3*/site-packages/torch)" &&
      test_in "libtorch-$version/build" --label-exclude Client || failed=1
  done
  return "$failed"
}

case "${1:-}" in -h | --help) sed -n '2,12s/^# //p' "$0"; exit 0 ;; esac
stages=("$@")
[ $# -gt 0 ] || stages=("${all[@]}")
for stage in "${stages[@]}"; do
  [[ " ${all[*]} " == *" $stage "* ]] || { echo "long.sh: stages are ${all[*]}, not $stage." >&2; exit 2; }
done
bash Examples/setup.sh
mkdir -p "$work"
summary=()
status=0
for stage in "${stages[@]}"; do
  echo "== $stage: log in $work/$stage.log"
  begin=$SECONDS
  "$stage" >"$work/$stage.log" 2>&1
  result=$?
  case $result in
    0) word=passed ;;
    77) word=skipped ;;
    *)
      word=FAILED
      status=1
      tail -30 "$work/$stage.log"
      ;;
  esac
  summary+=("$(printf '%-14s %-8s %5d s' "$stage" "$word" $((SECONDS - begin)))")
done
printf '%s\n' "${summary[@]}"
exit $status
