#!/usr/bin/env bash
# Installs the packages needed to build ITKTorch: Debian packages, and LibTorch from PyPI's torch package in .venv.
# Usage: bash Examples/setup.sh [--cuda]     --cuda takes all of torch (2.7 GB) for machines with an NVIDIA GPU
# An existing LibTorch is used instead when LIBTORCH_ROOT names a folder with its include and lib.
set -euo pipefail
cd "$(dirname "$0")/.."

torch_version=2.11.0
packages=(cmake ninja-build g++ python3-venv libinsighttoolkit5-dev libgdcm-tools libgtest-dev libcli11-dev
  nlohmann-json3-dev libexpat1-dev libjpeg-dev libpng-dev libtiff-dev)
# Libraries that ITK's own CMake files ask for beside what its package depends on.
cuda=no
for argument in "$@"; do
  case "$argument" in
    --cuda) cuda=yes ;;
    -h | --help) sed -n '2,4s/^# //p' "$0"; exit 0 ;;
    *) echo "setup.sh: the only option is --cuda, not $argument." >&2; exit 2 ;;
  esac
done

explain() {
  cat >&2 <<TEXT
This script knows Debian and its relatives with the package libinsighttoolkit5-dev. Elsewhere install
  CMake 3.25 or newer, Ninja, a C++17 compiler, ITK 5.2 or newer, GoogleTest, CLI11 2.1 or newer,
  nlohmann-json 3.10 or newer, libtiff 4.5 or newer, libjpeg, libpng, expat,
  LibTorch $torch_version (for instance: python3 -m venv .venv && .venv/bin/pip install torch==$torch_version)
and build with
  cmake --preset release -DITK_DIR=<folder of ITKConfig.cmake> -DLIBTORCH_ROOT=<folder with LibTorch's include and lib>
  cmake --build build
TEXT
  exit 1
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_packages() {
  { command -v apt-get && command -v dpkg-query; } >/dev/null || explain
  local missing=() package
  for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "setup.sh: installing packages needs root or sudo." >&2; exit 1; }
    as_root=(sudo)
  fi
  echo "Debian packages to install: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --simulate --no-install-recommends \
    "${missing[@]}" \
    >/dev/null 2>&1 || explain
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --assume-no --no-install-recommends \
    "${missing[@]}" \
    2>/dev/null | grep -E '^(Need to get|After this)' || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    >/dev/null
}

install_torch() {
  if [ -n "${LIBTORCH_ROOT:-}" ]; then
    [ -e "$LIBTORCH_ROOT/include/ATen/ATen.h" ] && [ -e "$LIBTORCH_ROOT/lib/libtorch_cpu.so" ] && return 0
    echo "setup.sh: LIBTORCH_ROOT must hold include/ATen/ATen.h and lib/libtorch_cpu.so, but is $LIBTORCH_ROOT." >&2
    exit 1
  fi
  # The stamp is written last: an interrupted installation is done again.
  local stamp=.venv/itktorch-$torch_version-cpu
  [ "$cuda" = no ] || stamp=.venv/itktorch-$torch_version-cuda
  [ -e "$stamp" ] || { [ "$cuda" = no ] && [ -e ".venv/itktorch-$torch_version-cuda" ]; } && return 0
  python3 -m venv .venv
  if [ "$cuda" = yes ]; then
    echo "LibTorch $torch_version with CUDA: 2.7 GB to download, about 6 GB in .venv"
    .venv/bin/pip install --quiet --disable-pip-version-check "torch==$torch_version"
  else
    echo "LibTorch $torch_version for the CPU: 545 MB to download, 1.2 GB in .venv"
    # torch's CPU library is linked to these two small CUDA libraries; the others are not needed.
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps "torch==$torch_version" \
      'nvidia-cuda-runtime==13.0.*' 'nvidia-cuda-cupti==13.0.*'
  fi
  touch "$stamp"
}

install_packages
install_torch
