#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Trains, tunes and scores the model nuclei.safetensors: overnight on two cores, again and again to the same result.

Needs the programs of a build (itktorch, ITKTorchImportNuclei, Baselines) and the folder stage1_train of the 2018 Data
Science Bowl (BBBC038) with corrected masks. Whatever is in the work folder is not done again, and a training that
stopped goes on.
"""

import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import sys

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent
TRAINING, VALIDATION, TEST = "0,1,2,3,4,5,6", "7", "8,9"
# How many crops of each kind of image there are for each other: rare kinds count more than their number.
KINDS = {
    "gray-dark(fluo)": ("fluorescence", 5),
    "color-bright": ("color", 3),
    "color-dark": ("color", 3),
    "gray-bright(BF)": ("bright-field", 1),
}
RECIPE = "--preset nuclei --base-filters 16 --classes 3 --precision bfloat16 --sampling weights --crops-per-image 8"
RECIPE += " --epochs 20 --validation-interval 2 --checkpoint-minutes 5 --tensorboard"
GRID = ["MaskThreshold=0.5,0.6,0.65,0.7,0.75,0.8", "SeedThreshold=0.5,0.6,0.7,0.8", "MinimumSeedSize=4,8,12"]
GRID += ["MinimumObjectSize=16,24,32"]
DOMAIN = "nuclei in 2D light microscopy (fluorescence, stained tissue, bright field), 10 to 60 pixels across."
METRICS = {"Dice": "Dice", "KaggleMeanAveragePrecision": "mAP", "BoundaryF": "outline F, 2 px"}


def run(*arguments):
    print("+", *arguments, flush=True)
    subprocess.run([str(argument) for argument in arguments], check=True)


def write_pairs(nuclei):
    """The table with the columns category and sampling_weight, and the names of the test images."""
    with open(EXAMPLES / "Data/nuclei/groups.csv", encoding="utf-8") as file:
        kinds = {row["image_id"]: KINDS[row["category"]] for row in csv.DictReader(file)}
    with open(nuclei / "pairs.csv", encoding="utf-8") as file:
        pairs = list(csv.DictReader(file))
    kind_of = {}
    for pair in pairs:
        start = pathlib.Path(pair["image"]).stem
        kind_of[pair["image"]] = next(kind for name, kind in kinds.items() if name.startswith(start))
    counts = {}
    for pair in pairs:
        name = kind_of[pair["image"]][0]
        counts[name] = counts.get(name, 0) + (pair["fold"] in TRAINING.split(","))
    with open(nuclei / "weighted.csv", "w", encoding="utf-8") as file:
        file.write("image,label,fold,category,sampling_weight\n")
        for pair in pairs:
            name, weight = kind_of[pair["image"]]
            file.write(f"{pair['image']},{pair['label']},{pair['fold']},{name},{weight / counts[name]:.6f}\n")
    return [{**pair, "kind": kind_of[pair["image"]][0]} for pair in pairs if pair["fold"] in TEST.split(",")]


def score(programs, prediction, truth, result):
    run(programs / "itktorch", "evaluate", prediction, truth, "--json", result)
    with open(result, encoding="utf-8") as file:
        return json.load(file)


def cells_of_all(report):
    """Means with their intervals."""
    metrics = [report["metrics"][name] for name in METRICS]
    return [f"{m['mean']:.3f} ({m['interval'][0]:.3f}–{m['interval'][1]:.3f})" for m in metrics]


def cells_of(report, names):
    """Means of some images."""
    images = [image for image in report["images"] if image["image"] in names]
    return [f"{sum(image[name] for image in images) / len(images):.3f}" for name in METRICS]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage1_train", help="folder with a folder for each image")
    parser.add_argument("--programs", type=pathlib.Path, default="build/bin", help="folder (default: build/bin)")
    parser.add_argument("--work", type=pathlib.Path, default="nuclei-model", help="folder (default: nuclei-model)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    programs, work = options.programs, options.work
    nuclei, trained, test = work / "nuclei", work / f"run-{options.seed}", work / f"test-{options.seed}"
    work.mkdir(parents=True, exist_ok=True)
    if not (nuclei / "pairs.csv").exists():
        groups = EXAMPLES / "Data/nuclei/groups.csv"
        run(programs / "ITKTorchImportNuclei", options.stage1_train, nuclei, "--groups", groups)
    tests = write_pairs(nuclei)

    folds = ["--folds", TRAINING, "--validation-folds", VALIDATION]
    if (trained / "run.json").exists():
        run(programs / "itktorch", "train", "--resume", trained)
    else:
        recipe = [*folds, *RECIPE.split(), "--seed", options.seed, "--run", trained]
        run(programs / "itktorch", "train", nuclei / "weighted.csv", *recipe)

    model = work / f"nuclei-{options.seed}.safetensors"
    if not model.exists():
        card = ["--name", "nuclei", "--domain", DOMAIN, "--license", "CC0-1.0", "--half-precision"]
        found = ["--folds", VALIDATION, "--grid", *GRID, "--model", trained / "best.safetensors", "--output", model]
        run(programs / "itktorch", "tune", nuclei / "pairs.csv", *found, *card)

    shutil.rmtree(test, ignore_errors=True)
    (test / "truth").mkdir(parents=True)
    for pair in tests:
        shutil.copy(nuclei / pair["label"], test / "truth")
    with open(test / "images.csv", "w", encoding="utf-8") as file:
        file.write("image,output\n")
        for pair in tests:
            name = pathlib.Path(pair["label"]).name
            file.write(f"{(nuclei / pair['image']).resolve()},{(test / 'objects' / name).resolve()}\n")
    with open(test / "records.jsonl", "w", encoding="utf-8") as file:
        command = [programs / "itktorch", "segment", test / "images.csv", "--model", model]
        subprocess.run([str(word) for word in command], check=True, stdout=file)
    run(programs / "Baselines", nuclei / "pairs.csv", "--folds", TEST, "--skip-canny", "--otsu", test / "otsu")
    ours = score(programs, test / "objects", test / "truth", test / "model.json")
    otsu = score(programs, test / "otsu", test / "truth", test / "otsu.json")
    lines = [f"| images of folds {TEST} | segmented by | " + " | ".join(METRICS.values()) + " |"]
    lines.append("|---" * (len(METRICS) + 2) + "|")
    lines.append(f"| all {len(tests)} | nuclei | " + " | ".join(cells_of_all(ours)) + " |")
    lines.append("| | Otsu's threshold | " + " | ".join(cells_of_all(otsu)) + " |")
    for kind in dict.fromkeys(kind for kind, _ in KINDS.values()):
        names = {pathlib.Path(pair["label"]).stem for pair in tests if pair["kind"] == kind}
        lines.append(f"| {len(names)} of {kind} | nuclei | " + " | ".join(cells_of(ours, names)) + " |")
        lines.append("| | Otsu's threshold | " + " | ".join(cells_of(otsu, names)) + " |")
    print("\n".join(lines))
    (work / f"scores-{options.seed}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
