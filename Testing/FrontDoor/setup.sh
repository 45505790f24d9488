#!/usr/bin/env bash
# Makes .venv-tests with other readers of image files (170 MB), which the tests of this folder hold the program against.
set -euo pipefail
cd "$(dirname "$0")/../.."
wanted=Testing/FrontDoor/requirements.txt
installed=.venv-tests/requirements.txt
if ! cmp -s "$wanted" "$installed"; then
  python3 -m venv .venv-tests
  timeout 600 .venv-tests/bin/pip install --quiet --disable-pip-version-check -r "$wanted"
  cp "$wanted" "$installed"
fi
