# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Writes metrics.json: random label images, and what other libraries say about them.

pip install numpy==1.26.4 scipy==1.15.3 scikit-image==0.25.2 medpy==0.5.2 stardist==0.9.1
python make_references.py
"""

import json
from pathlib import Path

import numpy as np
from medpy.metric import binary
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial import cKDTree
from skimage.metrics import hausdorff_distance
from skimage.segmentation import find_boundaries
from stardist.matching import matching

THRESHOLDS = [0.1, 0.25, 0.5, 0.55, 0.6, 0.7, 0.75, 0.9, 0.95]
TOLERANCES = [0.0, 1.0, 1.5, 2.0, 3.0]


def random_labels(random, shape, objects):
    """Ellipsoids that may overlap; later ones win."""
    labels = np.zeros(shape, np.uint16)
    grid = np.indices(shape)
    for label in random.permutation(objects) + 1:
        center = random.uniform(0, shape)
        radius = random.uniform(1.5, 5, len(shape))
        distance = sum(((g - c) / r) ** 2 for g, c, r in zip(grid, center, radius))
        labels[distance <= 1] = label
    return labels


def random_prediction(random, truth):
    """The truth moved, some objects fused or cut, some left out, and one more."""
    labels = np.roll(truth, random.integers(-1, 2, truth.ndim), range(truth.ndim))
    for label in np.unique(labels)[1:]:
        what = random.integers(6)
        if what == 0:
            labels[labels == label] = 0
        elif what == 1:
            labels[labels == label] = max(1, label - 1)
        elif what == 2:
            half = np.indices(truth.shape)[0] % 7 < 3
            labels[(labels == label) & half] = label + 100
    labels[tuple(slice(0, 3) for _ in truth.shape)] = 77
    return labels


def matches_of_stardist(truth, prediction):
    rows = []
    for threshold in THRESHOLDS:
        result = matching(truth, prediction, thresh=threshold)
        names = ["tp", "fp", "fn", "precision", "recall", "accuracy", "f1", "mean_matched_score", "panoptic_quality"]
        rows.append({"threshold": threshold, **{name: float(getattr(result, name)) for name in names}})
    return rows


def distances_of_medpy(truth, prediction, spacing):
    a, b = prediction > 0, truth > 0
    return {
        "dice": binary.dc(a, b),
        "jaccard": binary.jc(a, b),
        "precision": binary.precision(a, b),
        "recall": binary.recall(a, b),
        "specificity": binary.specificity(a, b),
        "hausdorff": binary.hd(a, b, spacing),
        "hausdorff95": binary.hd95(a, b, spacing),
        "assd": binary.assd(a, b, spacing),
    }


def outlines(truth, prediction):
    a = find_boundaries(prediction, connectivity=1, mode="inner")
    b = find_boundaries(truth, connectivity=1, mode="inner")
    points = [np.argwhere(mask).astype(float) for mask in (a, b)]
    trees = [cKDTree(p) for p in points]
    distance = [trees[1].query(points[0])[0], trees[0].query(points[1])[0]]
    rows = []
    for tolerance in TOLERANCES:
        near = trees[0].sparse_distance_matrix(trees[1], tolerance + 1e-9, output_type="coo_matrix")
        pairs = trees[0].query_ball_tree(trees[1], tolerance + 1e-9)
        i = [k for k, row in enumerate(pairs) for _ in row]
        j = [k for row in pairs for k in row]
        graph = csr_matrix((np.ones(len(i)), (i, j)), shape=near.shape)
        rows.append(
            {
                "tolerance": tolerance,
                "prediction": int((distance[0] <= tolerance + 1e-9).sum()),
                "truth": int((distance[1] <= tolerance + 1e-9).sum()),
                "one_to_one": int((maximum_bipartite_matching(graph) >= 0).sum()),
            }
        )
    return {"prediction": len(points[0]), "truth": len(points[1]), "within": rows}


def case(seed, shape, spacing, objects):
    random = np.random.default_rng(seed)
    truth = random_labels(random, shape, objects)
    prediction = random_prediction(random, truth)
    return {
        "size": list(shape[::-1]),
        "spacing": list(spacing[::-1]),
        "prediction": prediction.ravel().tolist(),
        "truth": truth.ravel().tolist(),
        "stardist": matches_of_stardist(truth, prediction),
        "medpy": distances_of_medpy(truth, prediction, spacing),
        "hausdorff_of_sets_in_pixels": float(hausdorff_distance(prediction > 0, truth > 0)),
        "outlines": outlines(truth, prediction),
    }


CASES = [
    case(1, (31, 24), (1.0, 1.0), 9),
    case(2, (24, 37), (0.7, 1.9), 14),
    case(3, (19, 19), (2.0, 0.5), 3),
    case(4, (9, 14, 11), (1.0, 1.0, 1.0), 6),
    case(5, (7, 13, 17), (2.5, 0.8, 1.1), 8),
]
text = json.dumps(CASES, separators=(",", ":"))
Path(__file__).with_name("metrics.json").write_text(text + "\n")
