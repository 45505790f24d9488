#!/usr/bin/env bash
# Collects the test and benchmark programs of a build, its CUDA plug-in if there is one, and the libraries that they
# need, in a folder for other machines: x86-64 Linux, glibc 2.36 or newer, LibTorch of the same minor version.
# Usage: bash Testing/Portable/bundle.sh BUILD OUT     OUT must not exist yet; it gets bin, lib, share and run.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
limit_mib=60
newest_glibc=2.36

fail() { echo "bundle.sh: $*" >&2; exit 1; }
mib() { awk -v bytes="$1" 'BEGIN { printf "%.1f MiB", bytes / 1048576 }'; }

case "${1:-}" in -h | --help) sed -n '2,4s/^# //p' "$0"; exit 0 ;; esac
[ $# = 2 ] || { echo "Usage: bash Testing/Portable/bundle.sh BUILD OUT" >&2; exit 2; }
[ -f "$1/CMakeCache.txt" ] || fail "BUILD must be a folder that CMake has configured, but is $1."
build=$(cd "$1" && pwd)
out=$2
if [ -e "$out" ] || [ -L "$out" ]; then fail "OUT must not exist yet, but $out does."; fi
[ -d "$(dirname "$out")" ] || fail "OUT must be in an existing folder, but is $out."
[ "$(uname -m)" = x86_64 ] || fail "bundles are for x86-64, but this machine is $(uname -m)."
for tool in cmake ldd readelf strip; do
  command -v "$tool" >/dev/null || fail "the program $tool is needed."
done

include=$(sed -n 's/^LibTorch_INCLUDE_DIR:PATH=//p' "$build/CMakeCache.txt")
version=$(cat "$include/torch/headeronly/version.h" "$include/torch/csrc/api/include/torch/version.h" 2>/dev/null |
  awk '$2 == "TORCH_VERSION_MAJOR" { major = $3 } $2 == "TORCH_VERSION_MINOR" { print major "." $3; exit }') || true
[ -n "$version" ] || fail "the version of LibTorch in $include cannot be read."

# Tests that need no LibTorch would tell nothing about another machine.
programs=()
left_out=()
for program in "$build"/bin/ITKTorch*Tests "$build"/bin/itkTorch*Benchmark; do
  [ -x "$program" ] || continue
  if [ "$(basename "$program")" = ITKTorchIntegrationTests ]; then
    left_out+=("ITKTorchIntegrationTests, which tests the example programs and reads all of ITK's formats")
  elif [[ $(ldd "$program") == *libtorch_cpu* ]]; then
    programs+=("$program")
  else
    left_out+=("$(basename "$program"), which needs no LibTorch")
  fi
done
[ ${#programs[@]} -gt 0 ] || fail "$build/bin has no test or benchmark program; build them first."
plugin=$build/lib/libITKTorchCUDA.so
[ -e "$plugin" ] || left_out+=("the CUDA plug-in, which was not built")

temporary=$(mktemp -d "$(dirname "$out")/.bundle-XXXXXX")
trap 'rm -rf "$temporary"' EXIT
chmod 755 "$temporary"
mkdir "$temporary/bin" "$temporary/lib"

is_of_the_other_machine() {
  case "$1" in
    libtorch*.so* | libc10*.so* | libgomp.so.* | libcudart.so.* | libcuda.so.*) ;;
    libc.so.* | libm.so.* | libpthread.so.* | libdl.so.* | librt.so.* | ld-linux*.so.*) ;;
    *) return 1 ;;
  esac
}

declare -A path_of
collect_libraries_of() {
  local file=$1 name path found
  found=$(ldd "$file") || fail "ldd cannot read $file."
  for name in $(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    is_of_the_other_machine "$name" && continue
    [ -z "${path_of[$name]:-}" ] || continue
    path=$(awk -v name="$name" '$1 == name && / => \// { sub(/.* => /, ""); sub(/ \(0x[0-9a-f]*\)$/, ""); print }' \
      <<<"$found")
    [ -n "$path" ] || fail "$file needs $name, which is not on this machine."
    path_of[$name]=$path
    cp -L "$path" "$temporary/lib/$name"
    collect_libraries_of "$path"
  done
}

for program in "${programs[@]}"; do
  cp "$program" "$temporary/bin"
  collect_libraries_of "$program"
done
if [ -e "$plugin" ]; then
  cp -L "$plugin" "$temporary/lib"
  collect_libraries_of "$plugin"
fi
if [ -d "$build/share" ]; then
  cp -r "$build/share" "$temporary"
fi
chmod 755 "$temporary"/bin/* "$temporary"/lib/*
strip --strip-unneeded "$temporary"/bin/* "$temporary"/lib/*

# The build's DT_RPATH names folders of this machine, and the loader searches it before LD_LIBRARY_PATH.
cat >"$temporary/rpath.cmake" <<'CMAKE'
file(GLOB files "${FOLDER}/bin/*" "${FOLDER}/lib/*")
foreach(file IN LISTS files)
  unset(rpath)
  unset(runpath)
  file(READ_ELF "${file}" RPATH rpath RUNPATH runpath)
  if(rpath OR runpath)
    file(RPATH_SET FILE "${file}" NEW_RPATH "$ORIGIN/../lib")
  endif()
endforeach()
CMAKE
cmake -D "FOLDER=$temporary" -P "$temporary/rpath.cmake" >/dev/null
rm "$temporary/rpath.cmake"

glibc=$(grep -aohE 'GLIBC_2\.[0-9]+' "$temporary"/bin/* "$temporary"/lib/* | sed 's/GLIBC_//' | sort -Vu | tail -1)
[ "$(printf '%s\n' "$glibc" "$newest_glibc" | sort -V | tail -1)" = "$newest_glibc" ] ||
  fail "the programs must need glibc $newest_glibc at most, but need $glibc: build them on an older system."

cp "$here/run.sh" "$temporary/run.sh"
echo "$version" >"$temporary/libtorch-version"

bytes=$(find "$temporary" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
if [ "$bytes" -gt $((limit_mib << 20)) ]; then
  read -r size largest < <(find "$temporary" -type f -printf '%s %f\n' | sort -rn)
  fail "the bundle must be at most $limit_mib MiB, but would be $(mib "$bytes"), $(mib "$size") of them $largest."
fi
mv -T "$temporary" "$out"
trap - EXIT

echo "$out: ${#programs[@]} programs and ${#path_of[@]} libraries, $(mib "$bytes"), for glibc $glibc or newer"
printf 'left out: %s\n' "${left_out[@]}" "LibTorch $version with its OpenMP and CUDA libraries" glibc
