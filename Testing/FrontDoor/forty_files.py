#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Holds what the program reads in the forty files of Files against their right answers.

Exit status 77 if the packages of requirements.txt are absent."""

import json
import os
import sys

from door import Door, geometry_differs, parse_options, pixels_of, require_readers


def find_difference(answer, expected):
    """A sentence on what is wrong with an answer; empty if it is right."""
    from independent import Answer, summary

    if "refused" in expected or ("may be refused" in expected and "Refused" in answer):
        is_crash = "crashed" in answer.get("Refused", "")
        return "it is read" if "Refused" not in answer else answer["Refused"] if is_crash else ""
    if "Refused" in answer:
        return answer["Refused"]
    found = summary(Answer(pixels_of(answer)))
    for key in ("size", "components"):
        if found[key] != expected[key]:
            return f"its {key} is {found[key]}, not {expected[key]}"
    if expected.get("lossy"):
        far = [key for key in ("minimum", "maximum", "mean") if abs(found[key] - expected[key]) > 2]
        if far:
            return f"its {far[0]} is {found[far[0]]}, not {expected[far[0]]}"
    elif found["sha256"] != expected["sha256"]:
        return "its pixels differ: " + ", ".join(
            f"{key} {found[key]}, not {expected[key]}" for key in ("minimum", "maximum", "mean")
        )
    # What is rescaled may be of another type than what is stored.
    if expected["type"] != "float64" and found["type"] != expected["type"]:
        return f"its type is {found['type']}, not {expected['type']}"
    return geometry_differs(answer, Answer(None, expected["spacing"], expected["origin"], expected["direction"]))


def main():
    options = parse_options(__doc__)
    require_readers()
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Files")
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as stream:
        expected = json.load(stream)
    door = Door(options)
    answers = door.ask([os.path.join(folder, name) for name in expected])
    wrong = 0
    for (name, right), answer in zip(expected.items(), answers):
        difference = find_difference(answer, right)
        wrong += 1 if difference else 0
        if difference:
            print(f"WRONG {name}: {difference}")
    print(f"{len(expected) - wrong} of {len(expected)} right")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
