#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Kills trainings at random moments, goes on with them in new processes, and compares them with one that ran through.

Weights, best model and history must be the same to the bit. Some kills fall into the writing of a checkpoint: those
after which a partial file is left. The seed of the moments is fixed, but not what the process does then.
"""

import argparse
import csv
import pathlib
import random
import shutil
import subprocess
import sys
import time

SETTINGS = {
    "plain": [],
    "averaged": ["--weight-averaging", "0.99", "--optimizer", "adamw", "--weight-decay", "0.01"],
    "augmented": ["--augmentation", "nuclei", "--loss-dice", "1", "--loader-threads", "2"],
    "no cache": ["--augmentation", "nuclei", "--loader-threads", "3", "--maximum-cache-size", "0"],
    "objects": ["--preset", "nuclei", "--warmup-steps", "4", "--accumulated-batches", "2"],
    "deep": ["--loss-deep-supervision", "2", "--loss-dice", "1", "--weight-averaging", "0.99"],
    "bfloat16": ["--precision", "bfloat16"],
    "momentum": ["--optimizer", "sgd", "--maximum-gradient-norm", "0.5", "--learning-rate-schedule", "polynomial"],
}
COMMON = ["--folds", "0,1,2,3", "--validation-folds", "8", "--epochs", "4", "--base-filters", "8", "--levels", "3"]
COMMON += ["--crop-size", "64", "--batch-size", "4", "--device", "cpu", "--threads", "2"]
# Of every step.
COMMON += ["--checkpoint-minutes", "0"]


def history(run):
    """metrics.csv without what is measured by the clock."""
    with open(run / "metrics.csv", encoding="utf-8") as file:
        return [{name: value for name, value in row.items() if "seconds" not in name} for row in csv.DictReader(file)]


class Trainings:
    def __init__(self, options):
        self.itktorch = options.itktorch
        self.pairs = options.pairs
        self.work = pathlib.Path(options.work)
        self.random = random.Random(options.seed)
        self.kills = 0
        self.partial = 0

    def start(self, arguments):
        return subprocess.Popen([self.itktorch, "train", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def run(self, arguments):
        """The time that it took."""
        begin = time.monotonic()
        process = self.start(arguments)
        error = process.communicate()[1].decode(errors="replace")
        if process.returncode != 0:
            raise RuntimeError(f"exit status {process.returncode}: {error}")
        return time.monotonic() - begin

    def kill(self, arguments, seconds):
        process = self.start(arguments)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.kills += 1
        return process.returncode

    def compare(self, name, kills):
        """What is different, in words; empty if nothing is."""
        folder = self.work / name.replace(" ", "-")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        whole, killed = folder / "whole", folder / "killed"
        arguments = [self.pairs, *COMMON, *SETTINGS[name]]
        seconds = self.run([*arguments, "--run", str(whole)])
        begin = [*arguments, "--run", str(killed)]
        for number in range(kills):
            status = self.kill(begin, seconds * self.random.uniform(0.05, 0.9))
            self.partial += sum(1 for _ in killed.glob(".partial-*"))
            if status == 0:
                break
            if status > 0:
                return f"exit status {status} of process {number}"
            if (killed / "run.json").exists():
                begin = ["--resume", str(killed)]
            elif killed.exists():
                shutil.rmtree(killed)
        self.run(begin)
        for file in ("last.safetensors", "best.safetensors"):
            if (whole / file).read_bytes() != (killed / file).read_bytes():
                return f"{file} differs"
        return "" if history(whole) == history(killed) else "metrics.csv differs"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--itktorch", required=True)
    parser.add_argument("--pairs", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--kills", type=int, default=20, help="for each setting")
    parser.add_argument("--settings", nargs="*", choices=sorted(SETTINGS), default=sorted(SETTINGS))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    trainings = Trainings(options)
    wrong = 0
    for name in options.settings:
        problem = trainings.compare(name, options.kills)
        wrong += 1 if problem else 0
        print(f"{name}: {problem or 'the same bits'}", flush=True)
    print(f"{trainings.kills} kills, {trainings.partial} while a file was written; {wrong} trainings wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
