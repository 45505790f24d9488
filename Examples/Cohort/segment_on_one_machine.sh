#!/usr/bin/env bash
# Segments the images of a folder or a list with several processes on one machine. Prints lines of JSON on standard
# output.
# Usage: bash segment_on_one_machine.sh PROCESSES INPUT [OUTPUT] --model MODEL [options of itktorch segment]
set -euo pipefail
processes=$1
shift
threads=$(($(nproc) / processes))
[ "$threads" -gt 0 ] || threads=1
lines=$(mktemp -d)
trap 'rm -rf "$lines"' EXIT

running=()
for number in $(seq "$processes"); do
  "${ITKTORCH:-itktorch}" segment "$@" --threads "$threads" --shard "$number/$processes" >"$lines/$number" &
  running+=($!)
done
status=0
for process in "${running[@]}"; do
  wait "$process" || status=1
done
cat "$lines"/*
exit "$status"
