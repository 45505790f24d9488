#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Refuses files with lines of more than 120 columns, but for rows of tables in comments and for lines of text alone.

python3 Testing/Style/line_length.py FILE...
"""

import pathlib
import re
import sys

COLUMNS = 120
# What cannot be broken: a row of a Markdown table, a quoted text.
UNBREAKABLE = re.compile(r"\s*(\* \||[f]?\"[^\"]|'[^'])")


def long_lines(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if len(line) > COLUMNS and not UNBREAKABLE.match(line)]


def main():
    failed = False
    for path in sys.argv[1:]:
        numbers = long_lines(path)
        if numbers:
            failed = True
            print(f"{path}: lines of more than {COLUMNS} columns: {', '.join(map(str, numbers))}.")
    sys.exit(failed)


if __name__ == "__main__":
    main()
