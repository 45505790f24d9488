#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Kills trainings at random moments, goes on with them in new processes, and compares them with one that ran through.

Weights, best model and history must be the same to the bit. The seed of the moments is fixed, but not what the process
does then. Every second kill is aimed: from its moment on, it waits until a checkpoint is being written. Only kills
after which an unfinished checkpoint is left count as inside its writing; a quarter of all must. A training that ends
before all kills are done is compared, and another one begins.
"""

import argparse
import csv
import glob
import os
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


def unfinished_checkpoints(run):
    """Files in the folders that hold a file until it is complete."""
    found = set()
    for folder in glob.glob(f"{run}/.partial-*"):
        try:
            found.update(f"{folder}/{name}" for name in os.listdir(folder) if name.startswith("checkpoint-"))
        except FileNotFoundError:
            pass
    return found


class Trainings:
    def __init__(self, options):
        self.itktorch = options.itktorch
        self.pairs = options.pairs
        self.work = pathlib.Path(options.work)
        self.random = random.Random(options.seed)
        self.kills = 0
        self.aimed = 0
        self.inside = 0

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

    def kill(self, arguments, run, seconds, aims):
        """The exit status; 0 if the training ended before."""
        before = unfinished_checkpoints(run)
        process = self.start(arguments)
        try:
            process.communicate(timeout=seconds)
            return process.returncode
        except subprocess.TimeoutExpired:
            pass
        while aims and process.poll() is None and unfinished_checkpoints(run) <= before:
            time.sleep(0.0001)
        process.kill()
        process.communicate()
        if process.returncode < 0:
            self.kills += 1
            self.aimed += 1 if aims else 0
            self.inside += 1 if unfinished_checkpoints(run) - before else 0
        return process.returncode

    def kill_and_go_on(self, begin, run, seconds, most):
        """Kills until the training ends or was killed so often, and lets it end.

        Returns what went wrong, in words; empty if nothing did.
        """
        last = self.kills + most
        while self.kills < last:
            aims = (last - self.kills) % 2 == 0
            status = self.kill(begin, run, seconds * self.random.uniform(0.05, 0.9), aims)
            if status == 0:
                return ""
            if status > 0:
                return f"exit status {status} after {self.kills} kills"
            if (run / "run.json").exists():
                begin = ["--resume", str(run)]
            elif run.exists():
                shutil.rmtree(run)
        self.run(begin)
        return ""

    def compare(self, name, kills):
        """What is different, in words; empty if nothing is."""
        folder = self.work / name.replace(" ", "-")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        whole, killed = folder / "whole", folder / "killed"
        arguments = [self.pairs, *COMMON, *SETTINGS[name]]
        seconds = self.run([*arguments, "--run", str(whole)])
        last = self.kills + kills
        inside = self.inside
        while self.kills < last:
            shutil.rmtree(killed, ignore_errors=True)
            problem = self.kill_and_go_on([*arguments, "--run", str(killed)], killed, seconds, last - self.kills)
            if problem:
                return problem
            for file in ("last.safetensors", "best.safetensors"):
                if (whole / file).read_bytes() != (killed / file).read_bytes():
                    return f"{file} differs"
            if history(whole) != history(killed):
                return "metrics.csv differs"
        if self.inside - inside < kills // 4:
            return f"only {self.inside - inside} of {kills} kills were inside a checkpoint's writing"
        return ""


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
        kills, aimed, inside = trainings.kills, trainings.aimed, trainings.inside
        problem = trainings.compare(name, options.kills)
        wrong += 1 if problem else 0
        print(
            f"{name}: {problem or 'the same bits'}; {trainings.kills - kills} kills, {trainings.aimed - aimed} of them "
            f"aimed, {trainings.inside - inside} inside a checkpoint's writing",
            flush=True,
        )
    print(f"{trainings.kills} kills, {trainings.inside} inside a checkpoint's writing; {wrong} settings wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
