#!/usr/bin/env bash
# Trains a 3D U-Net of three classes on MR volumes of the hippocampus, segments volumes that it has not seen, and scores
# it.
# Usage: bash Examples/Hippocampus/run.sh DATA [options of itktorch train, such as --epochs 5 or --device cuda]
#   DATA      Task04_Hippocampus of the Medical Segmentation Decathlon: a folder with imagesTr and labelsTr (or images
#   and labels)
#   ITKTORCH_BIN in the environment names a folder with built programs; otherwise they are built in build-examples.
# Results: Examples/output-hippocampus (model, labels, *.csv, table.md, hippocampus.png)
set -euo pipefail
data=${1:-}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

images=$data/imagesTr labels=$data/labelsTr
[ -d "$images" ] || { images=$data/images labels=$data/labels; }
if [ -z "$data" ] || [ ! -d "$images" ] || [ ! -d "$labels" ]; then
  cat >&2 <<TEXT
run.sh: there are no hippocampus volumes in "$data". Get Task04_Hippocampus.tar (CC BY-SA 4.0) from
  http://medicaldecathlon.com, unpack it, and name the folder:
  bash Examples/Hippocampus/run.sh Task04_Hippocampus
TEXT
  exit 2
fi
images=$(cd "$images" && pwd) labels=$(cd "$labels" && pwd)
shift

cd "$root"
bin=${ITKTORCH_BIN:-}
if [ -z "$bin" ]; then
  bash Examples/setup.sh
  cmake --preset release -DBUILD_TESTING=OFF -DITKTorch_BUILD_BENCHMARKS=OFF -B build-examples \
    >build-examples.log 2>&1 ||
    { cat build-examples.log >&2; exit 1; }
  rm -f build-examples.log
  cmake --build build-examples --target itktorch HippocampusBaselines HippocampusPicture
  bin=build-examples/bin
fi

out=Examples/output-hippocampus
classes=background,anterior,posterior
rm -rf "$out"
mkdir -p "$out/images"

# The cases of cases.csv: fold 0 is trained on, fold 2 is scored; fold 1 was for choosing the options below.
echo image,label,fold >"$out/pairs.csv"
pictures=()
while IFS=, read -r case fold; do
  [ "$case" != case ] || continue
  [ -e "$images/$case.nii.gz" ] || { echo "run.sh: $images/$case.nii.gz is missing." >&2; exit 1; }
  echo "$images/$case.nii.gz,$labels/$case.nii.gz,$fold" >>"$out/pairs.csv"
  if [ "$fold" = 2 ]; then
    ln -s "$images/$case.nii.gz" "$out/images/"
    pictures+=("$images/$case.nii.gz" "$labels/$case.nii.gz" "$out/segmented/$case.nii.gz")
  fi
done <"$here/cases.csv"

given=("$@")
options=()
# default <option> <value>: for training, unless the option is given
default() {
  [[ " ${given[*]} " == *" $1"[\ =]* ]] || options+=("$1" "$2")
}
default --base-filters 8
default --levels 2
default --crop-size 32
default --batch-size 4
default --epochs 80
default --learning-rate 0.004
"$bin/itktorch" train "$out/pairs.csv" --folds 0 --output "$out/hippocampus.safetensors" \
  --dimension 3 --classes 3 --labels classes --class-names $classes --polarity bright "${options[@]}" "$@"
"$bin/itktorch" segment "$out/images" "$out/segmented" --model "$out/hippocampus.safetensors" >"$out/segmented.jsonl"
"$bin/itktorch" evaluate "$out/segmented" "$labels" --model "$out/hippocampus.safetensors" --csv "$out/network.csv" \
  --json "$out/network.json"

"$bin/HippocampusBaselines" "$out/pairs.csv" "$out"
for baseline in background threshold-1 threshold-2; do
  "$bin/itktorch" evaluate "$out/$baseline" "$labels" --class-names $classes --no-evaluate-boundary \
    --no-evaluate-surface \
    --csv "$out/$baseline.csv" >/dev/null 2>&1
done
"$bin/HippocampusPicture" "$out/hippocampus.png" "${pictures[@]:0:9}"

# mean <file> <class>: mean Dice of a class over the volumes
mean() {
  awk -F, -v class="$2" '$2 == class { sum += $4; count++ } END { printf "%.3f", sum / count }' "$out/$1.csv"
}
# row <name> <file for class 1> <file for class 2>
row() {
  local anterior posterior
  anterior=$(mean "$2" 1) posterior=$(mean "$3" 2)
  awk -v name="$1" -v a="$anterior" -v p="$posterior" \
    'BEGIN { printf "| %s | %.3f | %.3f | %.3f |\n", name, a, p, (a + p) / 2 }'
}
{
  echo "| mean Dice over 8 volumes | anterior | posterior | mean |"
  echo "|---|---|---|---|"
  row "U-Net" network network
  row "one threshold for each class, the best of the training volumes" threshold-1 threshold-2
  row "all background" background background
} | tee "$out/table.md"
