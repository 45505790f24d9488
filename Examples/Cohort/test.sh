#!/usr/bin/env bash
# Tests an example of this folder: all cases are done, each once, and a second run skips them.
# Usage: test.sh processes|slurm|parallel|dask ITKTORCH TEST_IMAGES FOLDER     FOLDER is emptied
# Exit status 77 where the example's tool is absent: parallel, or dask.distributed of $PYTHON (default: python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
example=$1 phantom_pairs=$3 folder=$4
export ITKTORCH=$2 OMP_WAIT_POLICY=passive

case "$example" in
  parallel) command -v parallel >/dev/null || exit 77 ;;
  dask) "${PYTHON:-python3}" -c 'import dask.distributed' 2>/dev/null || exit 77 ;;
esac

rm -rf "$folder"
mkdir -p "$folder/images"
cd "$folder"
"$phantom_pairs" "$folder"
"$ITKTORCH" train pairs.csv -o model.safetensors --epochs 1 --levels 1 --base-filters 4 --crop-size 32 \
  --crops-per-image 1 --batch-size 2 --device cpu >/dev/null 2>&1
for name in 1 2 3 4 5 6 7; do
  cp "$([ $((name % 2)) = 0 ] && echo a.png || echo b.png)" "images/$name.png"
done

options=(images segmented --model model.safetensors --device cpu)
run() {
  case "$example" in
    processes) bash "$here/segment_on_one_machine.sh" 2 "${options[@]}" ;;
    slurm)
      # What Slurm sets in the tasks of --array=3-5.
      for task in 3 4 5; do
        env SLURM_ARRAY_JOB_ID=1 SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=3 \
          SLURM_ARRAY_TASK_MAX=5 SLURM_ARRAY_TASK_STEP=1 SLURM_CPUS_PER_TASK=1 \
          bash "$here/segment.sbatch" "${options[@]}" &
      done
      wait
      cat lines-1-*.jsonl
      rm lines-1-*.jsonl
      ;;
    parallel) parallel --will-cite "$ITKTORCH" segment "${options[@]}" --threads 1 --shard {}/4 ::: 1 2 3 4 ;;
    dask) "${PYTHON:-python3}" "$here/segment_with_dask.py" "${options[@]}" --itktorch "$ITKTORCH" ;;
  esac
}

expect() {
  local expected found
  expected=$(printf '%s.png %s\n' 1 "$1" 2 "$1" 3 "$1" 4 "$1" 5 "$1" 6 "$1" 7 "$1")
  found=$(sed -E 's/.*"case": ?"([^"]*)", ?"status": ?"([^"]*)".*/\1 \2/' lines.jsonl | sort)
  [ "$found" = "$expected" ] || { printf 'Each case must be %s once, but there are\n%s\n' "$1" "$found" >&2; exit 1; }
}

run >lines.jsonl
expect "done"
for name in 1 2 3 4 5 6 7; do
  [ -s "segmented/$name.png" ] && [ -s "segmented/$name.png.json" ]
done
[ "$(find segmented -mindepth 1 | wc -l)" = 14 ] || { ls -a segmented >&2; exit 1; }
run >lines.jsonl
expect skipped
