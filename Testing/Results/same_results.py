#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Do two versions of this project give the same results, byte for byte?

    same_results.py record FOLDER [--build BUILD]    runs the programs of a build; all their output goes to FOLDER
    same_results.py compare OLD NEW                  compares two such folders; exit status 1 if they differ

Use it for a change that must not alter results: record with the version before it, record with the version after it
(each with that version of this script), and compare. Bytes depend on the processor and on LibTorch, so make both
recordings on one machine. Times in the output of programs are left out, and names that changed between the versions
are replaced as listed in renamed.csv."""

import argparse
import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
NUCLEI = SOURCE / "Examples/Data/nuclei"

SMALL = "--epochs 2 --base-filters 4 --crop-size 32 --crops-per-image 2 --batch-size 2"
MODEL = "-m model.safetensors"
CLASSES = "-m classes2/model.safetensors"

# Name and command of each case, in order: later ones read what earlier ones wrote.
# {nuclei}: the nuclei in this repository.
# fmt: off
CASES = [
    ("inputs", "ITKTorchCommandTestImages ."),
    # Training
    ("train", f"itktorch train pairs.csv -o model.safetensors {SMALL} --levels 1"),
    ("train-deep", f"itktorch train pairs.csv -o deep.safetensors {SMALL} --levels 3 --normalization instance"
                   " --convolution-bias --dropout 0.2 --padding edge --concatenation upsampled-first"
                   " --weight-decay 0.01 --learning-rate-schedule constant"),
    ("train-weighted", f"itktorch train pairs.csv -o weighted.safetensors {SMALL} --levels 1 --weight-map paper"
                       " --weight-map-gap-width 2 --augmentation nuclei --augmented-weights recomputed"),
    ("train-falk", f"itktorch train pairs.csv -o falk.safetensors {SMALL} --levels 1 --weight-map falk"
                   " --augmentation unet-paper --scaling z-score"),
    ("train-again", f"itktorch train pairs.csv -o again.safetensors {SMALL} --initial-model model.safetensors"
                    " --augmentation keras-generator"),
    ("train-classes", "itktorch train classes2/pairs.csv -o classes2/model.safetensors --epochs 8 --levels 1"
                      " --base-filters 8 --crop-size 32 --batch-size 2 --crops-per-image 4 --learning-rate 0.01"
                      " --classes 3 --labels classes --polarity bright"
                      " --class-names background,dim,bright"),
    ("train-volumes", "itktorch train classes3/pairs.csv -o classes3/model.safetensors --dimension 3 --epochs 2"
                      " --levels 1 --base-filters 4 --crop-size 16 --batch-size 2 --classes 3"
                      " --labels classes --augmentation volume"),
    # Segmentation
    ("segment", f"itktorch segment a.png segmented.png {MODEL}"),
    ("segment-mask", f"itktorch segment a-words.mha mask.nrrd {MODEL} --mask --mask-threshold 0.4"),
    ("segment-probabilities", f"itktorch segment a-floats.mha probabilities.mha {MODEL} --probabilities"),
    ("segment-winograd", f"itktorch segment a.png winograd.mha {MODEL} --probabilities --convolution winograd"),
    ("segment-bfloat16", f"itktorch segment a.png bfloat16.mha {MODEL} --probabilities --precision bfloat16"),
    ("segment-turned", f"itktorch segment a.png turned.mha {MODEL} --probabilities"
                       " --test-time-augmentation flips-and-turns --scale-step 1.5"),
    ("segment-blended", "itktorch segment large.mha blended.mha -m deep.safetensors --probabilities"
                        " --maximum-window-size 64 --blended-overlap 0.5"),
    ("segment-pieces", f"itktorch segment large.mha pieces.mha {MODEL} --maximum-memory 1 --separation none"),
    ("segment-resampled", "itktorch segment classes2/images/a.mha resampled.mha -m weighted.safetensors"
                          " --probabilities"),
    ("segment-seeds", f"itktorch segment b.png seeds.png {MODEL} --seeds distance-maxima --landscape seed-distance"
                      " --minimum-object-size 5 --merge-threshold 0.9 --fully-connected"),
    ("segment-classes", f"itktorch segment classes2/images/a.mha classes2/a.mha {CLASSES}"),
    ("segment-class-probabilities", f"itktorch segment classes2/images/b.mha classes2/b.nrrd {CLASSES}"
                                    " --probabilities"),
    ("segment-volume", "itktorch segment classes3/images/a.mha classes3/a.nrrd -m classes3/model.safetensors"
                       " --probabilities"),
    ("segment-folder", f"itktorch segment classes2/images many {CLASSES}"),
    ("segment-nuclei", f"itktorch segment {{nuclei}}/images nuclei {MODEL} --shard 1/9"),
    # Thresholds and scores
    ("tune", f"itktorch tune pairs.csv {MODEL} -o tuned.json --grid MaskThreshold=0.4,0.5 SeedThreshold=0.6,0.9"
             " --minimum-seed-size 1"),
    ("segment-tuned", f"itktorch segment a.png tuned.png {MODEL} --objects tuned.json"),
    ("evaluate", "itktorch evaluate segmented.png a-label.png --csv scores.csv --json scores.json --resamples 50"),
    ("evaluate-classes", f"itktorch evaluate many classes2/labels {CLASSES} --csv classes.csv --json classes.json"
                         " --resamples 50"),
    ("evaluate-nuclei", "itktorch evaluate {nuclei}/labels {nuclei}/labels --csv nuclei.csv --no-evaluate-surface"),
    # Edges
    ("canny", "itktorch canny a.png edges.png --variance 4"),
    ("canny-compared", "itktorch canny a.png compared.png --segmentation segmented.png --truth a-label.png"
                       " --overlay overlay.png --matching maximum"),
    ("canny-spacing", "itktorch canny large.mha spacing.mha --spacing-mode spacing-aware --threshold-rule median"),
    ("canny-given", "itktorch canny classes3/images/a.mha volume.mha --lower-threshold 1.5 --upper-threshold 4"),
    # Weight maps
    ("weight-map", "itktorch weight-map a-label.png weights.nrrd --separated separated.png --gap-width 2"
                   " --picture picture.png"),
    ("weight-map-falk", "itktorch weight-map {nuclei}/labels/00071198.png falk.nrrd --preset falk"
                        " --border pixel-edge --cut-off inf"),
    ("weight-map-volume", "itktorch weight-map classes3/labels/a.mha volume-weights.nrrd --use-image-spacing"
                          " --terms-per-class --class-weighting inverse-frequency --proximity-weight 3"),
    # Augmentation
    ("augment", "itktorch augment a.png --label a-label.png --weight weights.nrrd --sheet augmented.png"
                " --output augmented --count 4 --crop-size 24"),
    ("augment-replayed", "itktorch augment a.png --label a-label.png --replay augmented/a-0002.json"
                         " --output replayed --preset none"),
    ("augment-keras", "itktorch augment {nuclei}/images/00071198.png --output keras --count 2"
                      " --preset keras-generator --padding-mode wrap --center keras --translation-probability 1"
                      " --elastic-probability 1 --model smoothed-noise --interpolation cubic"),
    ("augment-volume", "itktorch augment classes3/images/a.mha --label classes3/labels/a.mha --output volumes"
                       " --count 2 --preset volume --sheet volumes.png"),
    # Programs and tables
    ("phantom", "NucleiPhantom phantom.png"),
    ("deformed-grid", "DeformedGrid deformed-grid.png"),
    ("tile-seams", "TileSeams model.safetensors a.png seams.png 24"),
    ("segment-image", "SegmentImage a.png model.safetensors program.png"),
    ("baselines", "Baselines {nuclei}/pairs.csv --folds 8 --every 4"),
    ("nuclei", "NucleiSegmentation {nuclei}/pairs.csv --output example --epochs 1 --base-filters 4 --levels 2"
               " --crop-size 64 --rows 3"),
]
# fmt: on

# Times, and hashes of text that holds names.
CHANGING = [
    (re.compile(r"\b\d+(\.\d+)?( ?(ns|us|ms|s|min|h)\b|:\d\d\b)+"), "TIME"),
    (re.compile(r'("(seconds|parameters|modelHash)": ?)("[0-9a-f]{16}"|[-+.e0-9]+|TIME)'), r"\1null"),
]


def lasting(text, folder):
    """The text without what differs from one run to the next."""
    for expression, replacement in CHANGING:
        text = expression.sub(replacement, text)
    return text.replace(str(folder.resolve()), "FOLDER")


def record(folder, build):
    folder.mkdir(parents=True)
    environment = {
        **os.environ,
        "OMP_WAIT_POLICY": "passive",
        "OMP_NUM_THREADS": "2",
        "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "2",
    }
    for name, command in CASES:
        words = command.format(nuclei=os.path.relpath(NUCLEI, folder.resolve())).split()
        program = build / "bin" / words[0]
        if words[0] == "itktorch":
            words += ["--threads", "2"]
            words += ["--device", "cpu"] if words[1] != "evaluate" else []
        done = subprocess.run([program, *words[1:]], cwd=folder, env=environment, capture_output=True, text=True)
        (folder / f"{name}.stdout").write_text(lasting(done.stdout, folder))
        # The last lines of a progress display are the only ones that do not depend on time.
        lines = [line.split("\r")[-1] for line in done.stderr.splitlines()]
        (folder / f"{name}.stderr").write_text(lasting("\n".join(lines), folder))
        failure = f"exit status {done.returncode}: {done.stderr.strip()[-300:]}"
        print(f"{name:28} {'done' if done.returncode == 0 else failure}", flush=True)
        if done.returncode != 0:
            return 1
    return 0


def renamed():
    with open(Path(__file__).with_name("renamed.csv"), newline="") as file:
        return [(row["old"], row["new"]) for row in csv.DictReader(file)]


def text_of(data, folder, renaming):
    """The text with new names, or nothing where the data are none."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    for old, new in renaming:
        text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(old)}(?![A-Za-z0-9])", new, text)
    return lasting(text, folder)


def parts_of(file, folder, renaming):
    """What has to be equal: bytes, text with new names, or, of a model, its description and the bytes of its
    tensors."""
    data = file.read_bytes()
    if file.suffix == ".safetensors":
        size = int.from_bytes(data[:8], "little")
        header = json.loads(text_of(data[8 : 8 + size], folder, renaming))
        metadata = {
            key: json.loads(value) if value.startswith(("{", "[")) else value
            for key, value in header.pop("__metadata__").items()
        }
        tensors = {
            name: (e["dtype"], e["shape"], data[8 + size :][slice(*e["data_offsets"])]) for name, e in header.items()
        }
        return metadata, tensors
    text = text_of(data, folder, renaming)
    if file.suffix == ".json" and text is not None:
        return json.loads(text)
    return data if text is None else text


def compare(old, new):
    files = [{str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()} for folder in (old, new)]
    if not files[0]:
        print(f"There is nothing in {old}.")
        return 1
    names = renamed()
    old_files = {text_of(name.encode(), old, names): name for name in files[0]}
    differing = sorted(set(old_files) ^ files[1])
    for name in sorted(set(old_files) & files[1]):
        if parts_of(old / old_files[name], old, names) != parts_of(new / name, new, []):
            differing.append(name)
    for name in differing:
        print(f"differs: {name}")
    print(f"{len(CASES)} commands, {len(set(old_files) | files[1])} files, {len(differing)} differ.")
    return 1 if differing else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    recording = actions.add_parser("record", help="run the programs of a build")
    recording.add_argument("folder", type=Path, help="folder to create")
    recording.add_argument(
        "--build", type=Path, default=SOURCE / "build", help="build folder (default: build beside the sources)"
    )
    comparing = actions.add_parser("compare", help="compare two recordings")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    arguments = parser.parse_args()
    if arguments.action == "record":
        return record(arguments.folder, arguments.build.resolve())
    return compare(arguments.old, arguments.new)


if __name__ == "__main__":
    sys.exit(main())
