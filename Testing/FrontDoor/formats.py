#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Measures what the program does with each kind of file, against other readers, and compares the tables of
Documentation/ImageFiles.md with it.

Usage: formats.py --itktorch PROGRAM --dump PROGRAM --work FOLDER [--write]     --write renews the tables
Files are written by other libraries or byte by byte, and what is in them is known or read by other libraries. Exit
status 77 if the packages of requirements.txt are absent."""

import os
import re
import sys

from door import Door, geometry_differs, parse_options, pixels_of, require_readers

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Documentation", "ImageFiles.md")


class Cell:
    """Files of one kind, which are all treated alike."""

    def __init__(self, table, group, kind):
        self.table = table
        self.group = group
        self.kind = kind
        self.cases = []


class Case:
    def __init__(self, path, expected, tolerance=0, labels=False, level=0):
        self.path = path
        self.expected = expected
        self.tolerance = tolerance
        self.labels = labels
        self.level = level

    def question(self):
        return {"File": self.path, "Labels": self.labels, "Level": self.level}


class Cells:
    """Collects files; a maker's argument is the path that it writes to."""

    def __init__(self, folder):
        self.folder = folder
        self.cells = []
        os.makedirs(folder, exist_ok=True)

    def cell(self, table, group, kind):
        self.cells.append(Cell(table, group, kind))
        return self.cells[-1]

    def path(self, name):
        folder = os.path.join(self.folder, f"{len(self.cells)}-{len(self.cells[-1].cases)}")
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, name)

    def add(self, name, make, expected, **how):
        """`expected` is an Answer, a function of the path that gives it, or None for a refusal."""
        path = self.path(name)
        if isinstance(make, bytes):
            with open(path, "wb") as stream:
                stream.write(make)
        else:
            make(path)
        self.cells[-1].cases.append(Case(path, expected(path) if callable(expected) else expected, **how))


def find_difference(answer, case):
    """A sentence on what differs from the other reader; empty if nothing does."""
    import numpy

    if "Refused" in answer:
        return "it is refused: " + answer["Refused"]
    if case.expected is None:
        return "it is read, and must not be"
    found = pixels_of(answer)
    right = case.expected.pixels
    if found.shape != right.shape:
        return f"its shape is {found.shape}, not {right.shape}"
    if case.tolerance:
        far = numpy.abs(found.astype(numpy.float64) - right.astype(numpy.float64)).max()
        if far > case.tolerance:
            return f"its pixels differ by up to {far}"
    elif not numpy.array_equal(found, right, equal_nan=right.dtype.kind == "f"):
        return f"its pixels differ: {found.ravel()[:6].tolist()}, not {right.ravel()[:6].tolist()}"
    return geometry_differs(answer, case.expected)


def sentence_of(answer, path):
    """What a refusal says, without what belongs to this file alone."""
    text = answer["Refused"]
    text = text[len(path) + 2 :] if text.startswith(path + ": ") else text
    text = text.replace(path, "FILE").replace(os.path.dirname(path) + "/", "")
    return text.replace("|", "\\|")


def measure(door, cells):
    """Outcome of each cell, and what is wrong."""
    cases = [(cell, case) for cell in cells for case in cell.cases]
    outcomes = {}
    wrong = []
    for (cell, case), answer in zip(cases, door.ask([case.question() for _, case in cases])):
        if case.expected is None and "Refused" in answer:
            outcome = "refused: " + sentence_of(answer, case.path)
            if "crashed" in outcome or "WRONG" in outcome or "longer than" in outcome:
                wrong.append(f"{cell.table}, {cell.group}, {cell.kind}: {outcome}")
        else:
            difference = find_difference(answer, case)
            outcome = "read by regions" if answer.get("IsStreamed") else "read"
            if difference:
                outcome = "misread"
                wrong.append(f"{cell.table}, {cell.group}, {cell.kind}, {case.path}: {difference}")
        outcomes.setdefault(cell, {}).setdefault(outcome, None)
    return {cell: list(found) for cell, found in outcomes.items()}, wrong


def outcome_text(found):
    if found == ["read by regions", "read"] or found == ["read", "read by regions"]:
        return "read, some by regions"
    return "; ".join(found)


def make_table(name, cells, outcomes):
    """Rows of a group with one outcome stand together."""
    lines = [f"| {name} | kinds | |", "|---|---|---|"]
    rows = []
    for cell in cells:
        if cell.table != name:
            continue
        outcome = outcome_text(outcomes[cell])
        for row in rows:
            if row[0] == cell.group and row[2] == outcome:
                row[1].append(cell.kind)
                break
        else:
            rows.append((cell.group, [cell.kind], outcome))
    order = {group: number for number, group in reversed(list(enumerate(row[0] for row in rows)))}
    rows.sort(key=lambda row: order[row[0]])
    before = None
    for group, kinds, outcome in rows:
        lines.append(f"| {group if group != before else ''} | {'; '.join(kinds)} | {outcome} |")
        before = group
    return "\n".join(lines)


def replace_tables(text, tables):
    """Between the lines that mark what is made by this script."""
    begin, end = "<!-- begin: formats.py -->\n", "<!-- end: formats.py -->\n"
    if begin not in text or end not in text:
        sys.exit(f"formats.py: {DOCUMENT} has no {begin.strip()} and {end.strip()}")
    return re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _: begin + tables + "\n" + end, text, flags=re.S)


def main():
    options = parse_options(__doc__, "--write")
    require_readers()
    from format_files import make_files
    from format_outputs import measure_outputs

    door = Door(options)
    cells = Cells(os.path.join(door.work, "files"))
    make_files(cells)
    outcomes, wrong = measure(door, cells.cells)
    tables = [make_table(name, cells.cells, outcomes) for name in dict.fromkeys(cell.table for cell in cells.cells)]
    written, wrong_outputs = measure_outputs(door)
    wrong += wrong_outputs
    text = "\n\n".join([*tables, written])
    with open(DOCUMENT, encoding="utf-8") as stream:
        document = stream.read()
    renewed = replace_tables(document, text)
    if options.write and renewed != document:
        with open(DOCUMENT, "w", encoding="utf-8") as stream:
            stream.write(renewed)
    for line in wrong:
        print("WRONG", line)
    count = sum(len(cell.cases) for cell in cells.cells)
    print(f"{len(cells.cells)} cells, {count} files, {len(wrong)} wrong")
    if renewed != document and not options.write:
        print("Documentation/ImageFiles.md differs from what was measured; renew it by --write:")
        print(text)
    sys.exit(1 if wrong or (renewed != document and not options.write) else 0)


if __name__ == "__main__":
    main()
