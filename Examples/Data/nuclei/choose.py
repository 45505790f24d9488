#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Prints ids.txt: which images of the 2018 Data Science Bowl make the sample. Usage: choose.py GROUPS.csv > ids.txt"""

import csv
import sys

TRAINING_FOLDS = range(0, 7)
TEST_FOLDS = (8, 9)
LARGEST_SIDE = 1024
# category: (training images, test images)
COUNTS = {
    "gray-dark(fluo)": (34, 18),
    "color-bright": (9, 4),
    "color-dark": (2, 1),
    "gray-bright(BF)": (3, 1),
}


def choose(images, folds, category, count):
    """The first images by id, at most one of each group of tiles."""
    groups = {}
    for image in images:
        if (
            image["category"] == category
            and int(image["fold10"]) in folds
            and max(int(image["width"]), int(image["height"])) <= LARGEST_SIDE
        ):
            groups.setdefault(image["group"], image["image_id"])
    chosen = list(groups.values())[:count]
    if len(chosen) < count:
        sys.exit(f"only {len(chosen)} groups of {category}, {count} wanted")
    return chosen


def main():
    with open(sys.argv[1], newline="") as file:
        images = sorted(csv.DictReader(file), key=lambda image: image["image_id"])
    for split, folds in enumerate((TRAINING_FOLDS, TEST_FOLDS)):
        for category, counts in COUNTS.items():
            print(f"# {('training', 'test')[split]}: {counts[split]} {category}")
            print("\n".join(choose(images, folds, category, counts[split])))


if __name__ == "__main__":
    main()
