#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Checks the first line of a commit's message: a prefix, then a sentence in the imperative.

python3 Testing/Style/commit_subject.py FILE
"""

import pathlib
import re
import sys

COLUMNS = 78
PREFIXES = "ENH|BUG|COMP|DOC|STYLE|PERF"
# Added, adding and adds, but not need, bring and pass.
NOT_IMPERATIVE = re.compile(r"(?!embed$)\w+(?<!e)ed|\w{3,}(?<!br)ing|\w+(?<![su])s", re.IGNORECASE)


def complaint(subject):
    if subject.startswith(("Merge ", "Revert ", "fixup! ", "squash! ")):
        return None
    match = re.fullmatch(rf"(?:{PREFIXES}): ([A-Z][\w-]*)\b.*", subject)
    if not match:
        return f"it must begin with {PREFIXES.replace('|', ', ')}, a colon, a space and a verb with a capital letter"
    if NOT_IMPERATIVE.fullmatch(match[1]):
        return f'"{match[1]}" must be an imperative, such as Add'
    if subject.endswith("."):
        return "it must not end with a period"
    if len(subject) > COLUMNS:
        return f"it must have at most {COLUMNS} characters, but has {len(subject)}"
    return None


def main():
    lines = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    subject = next((line for line in lines if line and not line.startswith("#")), "")
    reason = complaint(subject)
    if reason:
        sys.exit(f"The subject is not that of a commit: {reason}.\n  {subject}")


if __name__ == "__main__":
    main()
