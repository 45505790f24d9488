#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Draws the curves of one training or several, from the metrics.csv in their folders (itktorch train --run FOLDER).

Needs matplotlib: pip install matplotlib
"""

import argparse
import csv
import pathlib

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot, ticker  # noqa: E402  (the back end is chosen before)

SCORES = {"validation_dice": "Dice", "validation_iou": "IoU", "validation_map": "mAP"}


def read(folder):
    """Column → (epochs, values) of the rows that have one."""
    columns = {}
    with open(pathlib.Path(folder) / "metrics.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name, text in row.items():
                if text and name != "epoch":
                    epochs, values = columns.setdefault(name, ([], []))
                    epochs.append(int(row["epoch"]))
                    values.append(float(text))
    return columns


def draw_losses(axes, runs, names):
    for number, (run, name) in enumerate(zip(runs, names)):
        color = f"C{number}"
        axes.plot(*run["loss"], color=color, label=f"{name}, training")
        if "validation_loss" in run:
            axes.plot(*run["validation_loss"], color=color, linestyle="--", label=f"{name}, validation")
    axes.set(xlabel="epoch", ylabel="loss", yscale="log")
    for formatter in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        formatter(ticker.FuncFormatter(lambda value, _: f"{value:.3g}"))


def draw_scores(axes, runs, names):
    styles = dict(zip(SCORES, ("-", ":", "--")))
    for number, (run, name) in enumerate(zip(runs, names)):
        for column, score in SCORES.items():
            if column in run:
                epochs, values = run[column]
                axes.plot(epochs, values, styles[column], color=f"C{number}", label=f"{name}, {score}")
                best = max(range(len(values)), key=values.__getitem__)
                axes.plot(epochs[best], values[best], "o", color=f"C{number}", markersize=4)
    axes.set(xlabel="epoch", ylabel="score of the validation", ylim=(0, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", help="folders of trainings")
    parser.add_argument("-o", "--output", required=True, help="picture to write, .png or .svg")
    parser.add_argument("--names", nargs="*", help="of the trainings; default: those of their folders")
    options = parser.parse_args()
    names = options.names or [pathlib.Path(run).resolve().name for run in options.runs]
    if len(names) != len(options.runs):
        parser.error(f"there must be {len(options.runs)} names, one for each training, but there are {len(names)}")
    runs = [read(run) for run in options.runs]
    has_scores = any(column in run for run in runs for column in SCORES)
    figure, axes = pyplot.subplots(1, 2 if has_scores else 1, figsize=(10 if has_scores else 5, 4.6), squeeze=False)
    draw_losses(axes[0][0], runs, names)
    if has_scores:
        draw_scores(axes[0][1], runs, names)
    for each in axes[0]:
        each.grid(alpha=0.3)
        each.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
        each.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2)
        each.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(options.output, dpi=110)


if __name__ == "__main__":
    main()
