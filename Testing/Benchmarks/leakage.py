#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Scores the tiles that `itktorch check` finds to continue each other.

    leakage.py groups PAIRS GROUPS   against a table of groups (columns image_id, group, fold10)
    leakage.py cut PAIRS FOLDER      on quarters that it cuts from the images of PAIRS, which need Pillow
    leakage.py relatives PAIRS FOLDER   on copies and parts that it makes of the images of PAIRS, likewise

For the latter two, PAIRS should hold images that do not continue each other, such as those of GROUPS with a group of
their own: --alone GROUPS chooses them.
"""

import argparse
import collections
import csv
import json
import random
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]


def check(program, pairs):
    done = subprocess.run([program, "check", pairs, "--json", "-"], stdout=subprocess.PIPE, check=False)
    if done.returncode > 1 or not done.stdout:
        sys.exit(f"{program} check {pairs} failed.")
    return json.loads(done.stdout)


def read_groups(file):
    with open(file, newline="") as stream:
        return {row["image_id"]: row for row in csv.DictReader(stream)}


def find_row(groups, image):
    """The importer names images by the first characters of their ids."""
    return next(row for name, row in groups.items() if name.startswith(Path(image).stem))


def connect(lines, links):
    first = {line: line for line in lines}

    def find(line):
        while first[line] != line:
            line = first[line]
        return line

    for a, b in links:
        first[find(a)] = find(b)
    return find


def percent(part, whole):
    return f"{part}/{whole} = {100 * part / max(1, whole):.1f} %"


def score_groups(report, groups):
    rows = {pair["Line"]: find_row(groups, pair["Image"]) for pair in report["Pairs"]}
    group = {line: row["group"] for line, row in rows.items()}
    size = collections.Counter(group.values())
    parts = {
        "all folds": set(rows),
        "folds 0-6": {line for line, row in rows.items() if int(row["fold10"]) < 7},
        "folds 7-9": {line for line, row in rows.items() if int(row["fold10"]) >= 7},
    }
    for is_certain, title in ((True, "certain"), (False, "certain and likely")):
        for name, lines in parts.items():
            links = [
                r["Lines"]
                for r in report["Relatives"]
                if r["Kind"] == "continuation" and (r["IsCertain"] or not is_certain) and set(r["Lines"]) <= lines
            ]
            true = [link for link in links if group[link[0]] == group[link[1]]]
            members = [line for line in lines if size[group[line]] > 1]
            linked = {line for link in true for line in link}
            find = connect(lines, true)
            fields = collections.defaultdict(set)
            for line in members:
                fields[group[line]].add(find(line))
            whole = sum(len(roots) == 1 for roots in fields.values())
            print(
                f"{title}, {name}: images linked to their group {percent(len(linked), len(members))}, "
                f"groups connected {percent(whole, len(fields))}, "
                f"links between groups {percent(len(links) - len(true), len(links))}"
            )
    print(f"links among comparisons in which nothing can continue, twice as many: {len(report['ChanceScores'])}")


def choose(pairs, alone):
    with open(pairs, newline="") as stream:
        rows = list(csv.DictReader(stream))
    if alone:
        groups = read_groups(alone)
        size = collections.Counter(row["group"] for row in groups.values())
        rows = [row for row in rows if size[find_row(groups, row["image"])["group"]] == 1]
    folder = Path(pairs).parent
    return [(Path(row["image"]).stem, folder / row["image"], folder / row["label"]) for row in rows]


class Writer:
    """Writes images with labels, and the table that lists them."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.table = "image,label,fold\n"

    def write(self, name, image, label, fold, extension=".png", **options):
        image.save(self.folder / (name + extension), **options)
        label.save(self.folder / (name + "-labels.png"))
        self.table += f"{name}{extension},{name}-labels.png,{fold}\n"

    def finish(self):
        file = self.folder / "pairs.csv"
        file.write_text(self.table)
        return str(file)


def cut(rows, folder):
    from PIL import Image

    writer = Writer(folder)
    generator = random.Random(0)
    for name, image_file, label_file in rows:
        image, label = Image.open(image_file), Image.open(label_file)
        width, height = image.width // 2, image.height // 2
        for quarter in range(4):
            x, y = quarter % 2 * width, quarter // 2 * height
            box = (x, y, x + width, y + height)
            writer.write(f"{name}_{quarter}", image.crop(box), label.crop(box), generator.randrange(5))
    return writer.finish()


def score_cut(report):
    pairs = {pair["Line"]: pair for pair in report["Pairs"]}
    name = {line: Path(pair["Image"]).stem.split("_") for line, pair in pairs.items()}
    sizes = collections.Counter(tuple(pair["Size"]) for pair in pairs.values())
    for is_certain, title in ((True, "certain"), (False, "certain and likely")):
        links = [
            r["Lines"]
            for r in report["Relatives"]
            if r["Kind"] == "continuation" and (r["IsCertain"] or not is_certain)
        ]
        true = [link for link in links if name[link[0]][0] == name[link[1]][0]]
        right = [link for link in true if name[link[0]][1] + name[link[1]][1] in ("01", "23", "02", "13")]
        found = collections.Counter(tuple(pairs[link[0]]["Size"]) for link in right)
        print(
            f"{title}: seams found {percent(len(right), len(pairs))}, links between images "
            f"{percent(len(links) - len(true), len(links))}, wrong seams {len(true) - len(right)}"
        )
        for size, count in sorted(sizes.items()):
            print(f"  tiles of {size[0]} x {size[1]}: {percent(found[size], count)}")


def make_relatives(rows, folder):
    from PIL import Image, ImageEnhance, ImageOps

    def turn(image):
        return image.transpose(Image.Transpose.ROTATE_90)

    def halve(image, resampling):
        return image.resize((image.width // 2, image.height // 2), resampling)

    def middle(image):
        return image.crop((image.width // 4, image.height // 4, 3 * image.width // 4, 3 * image.height // 4))

    def left(image):
        return image.crop((0, 0, int(0.7 * image.width), image.height))

    def lower_right(image):
        return image.crop((int(0.4 * image.width), image.height // 5, image.width, image.height))

    writer = Writer(folder)
    kinds = ("same", "gray", "mirrored", "turned", "middle", "overlap", "jpeg", "brighter", "half")
    for number, (name, image_file, label_file) in enumerate(rows):
        kind = kinds[number % len(kinds)]
        image, label = Image.open(image_file).convert("RGB"), Image.open(label_file)
        first, second, extension = image, image, ".png"
        first_label, second_label = label, label
        red, green, blue = image.split()
        if kind == "gray" and red.tobytes() == green.tobytes() == blue.tobytes():
            second = red
        elif kind == "mirrored":
            second, second_label = ImageOps.mirror(image), ImageOps.mirror(label)
        elif kind == "turned":
            second, second_label = turn(image), turn(label)
        elif kind == "middle":
            second, second_label = middle(image), middle(label)
        elif kind == "overlap":
            first, first_label, second, second_label = left(image), left(label), lower_right(image), lower_right(label)
        elif kind == "jpeg":
            extension = ".jpg"
        elif kind == "brighter":
            second = ImageEnhance.Brightness(image).enhance(1.2)
        elif kind == "half":
            second, second_label = halve(image, Image.Resampling.BOX), halve(label, Image.Resampling.NEAREST)
        writer.write(f"{name}_{kind}_0", first, first_label, 0)
        options = {"quality": 90} if extension == ".jpg" else {}
        writer.write(f"{name}_{kind}_1", second, second_label, 1, extension, **options)
    return writer.finish()


def score_relatives(report):
    name = {pair["Line"]: Path(pair["Image"]).stem.split("_") for pair in report["Pairs"]}
    made = collections.Counter(parts[1] for parts in name.values() if parts[2] == "1")
    found = collections.defaultdict(collections.Counter)
    for relative in report["Relatives"]:
        a, b = (name[line] for line in relative["Lines"])
        if relative["IsCertain"]:
            found[a[1] if a[0] == b[0] else "of other images"][relative["Kind"]] += 1
    for kind in [*made, "of other images"]:
        print(f"{kind}: {made.get(kind, 0)} made, found {dict(found[kind])}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=("groups", "cut", "relatives"))
    parser.add_argument("pairs")
    parser.add_argument("other", help="GROUPS or FOLDER")
    parser.add_argument("--alone", metavar="GROUPS")
    parser.add_argument("--program", default=str(SOURCE / "build/bin/itktorch"))
    arguments = parser.parse_args()
    if arguments.mode == "groups":
        score_groups(check(arguments.program, arguments.pairs), read_groups(arguments.other))
        return
    rows = choose(arguments.pairs, arguments.alone)
    if arguments.mode == "cut":
        score_cut(check(arguments.program, cut(rows, arguments.other)))
    else:
        score_relatives(check(arguments.program, make_relatives(rows, arguments.other)))


if __name__ == "__main__":
    main()
