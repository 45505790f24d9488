#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Times this project and its peer alternately in one run and compares the ratio of their medians with a goal."""

import argparse
import importlib
import sys
from pathlib import Path
from statistics import median

from comparison import Session, Unavailable, fail, find_build

COLUMNS = ("operation", "size", "peer", "ours", "peer's", "times as fast", "goal", "")


def areas():
    folder = Path(__file__).parent / "areas"
    return sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")


def seconds(value):
    for unit, factor in (("s", 1), ("ms", 1e3), ("us", 1e6)):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def factor(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def measured(value, row):
    return f"{value:.3g} {row['unit']}" if "unit" in row else seconds(value)


def judge(row, goals):
    """The line of the table and whether the goal is met."""
    ours, peers = median(row["ours"]), median(row["peers"])
    goal = goals[row["operation"]]
    ratio = peers / ours
    problems = []
    if not row["equal"]:
        problems.append("results differ")
    if goal is not None and ratio < goal:
        problems.append("below the goal")
    line = (
        row["operation"],
        row["size"],
        row["peer"],
        measured(ours, row),
        measured(peers, row),
        factor(ratio),
        "-" if goal is None else factor(goal),
        ", ".join(problems) or "ok",
    )
    return line, not problems


def table(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("area", choices=areas())
    parser.add_argument("--check", action="store_true", help="exit 1 if a goal is missed or results differ")
    parser.add_argument("--pairs", type=int, default=7, help="runs of each, alternating; at least 7 (default)")
    parser.add_argument("--build", help="build folder (default: $ITKTorch_BUILD_DIR, else build beside the sources)")
    arguments = parser.parse_args()
    area = importlib.import_module(f"areas.{arguments.area}")
    try:
        rows = list(area.measure(Session(find_build(arguments.build), arguments.pairs)))
    except Unavailable as error:
        fail(str(error))
    missing = set(area.GOALS) - {row["operation"] for row in rows}
    unmeasured = missing & getattr(area, "ON_CUDA", set())
    if missing - unmeasured:
        fail(f"Nothing was measured for: {', '.join(sorted(missing - unmeasured))}.")
    judged = [judge(row, area.GOALS) for row in rows]
    print(table([COLUMNS, *(line for line, _ in judged)]))
    counts = [len(row["ours"]) for row in rows]
    few = [row["operation"] for row in rows if len(row["ours"]) < max(counts)]
    print(f"Medians of {max(counts)} runs of each in turns" + (f"; fewer: {', '.join(few)}." if few else "."))
    for operation in sorted(unmeasured):
        print(f"Not measured without a CUDA device: {operation}.")
    return 1 if arguments.check and not all(met for _, met in judged) else 0


if __name__ == "__main__":
    sys.exit(main())
