#!/usr/bin/env bash
# Makes .venv-tests with other readers of image files, and TensorBoard's reader of its files (460 MB), which tests hold
# the program and the library against.
set -euo pipefail
cd "$(dirname "$0")/../.."
readers=Testing/FrontDoor/requirements.txt
tensorboard=Testing/TensorBoard/requirements.txt
installed=.venv-tests/requirements.txt
if ! cat "$readers" "$tensorboard" | cmp -s - "$installed"; then
  python3 -m venv .venv-tests
  timeout 600 .venv-tests/bin/pip install --quiet --disable-pip-version-check -r "$readers"
  timeout 600 .venv-tests/bin/pip install --quiet --disable-pip-version-check --no-deps -r "$tensorboard"
  cat "$readers" "$tensorboard" > "$installed"
fi
