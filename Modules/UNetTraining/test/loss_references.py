# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Prints loss_references.json: random logits, targets, weights, and what PyTorch 2.11 and MONAI 1.6 give for them.

pip install torch==2.11.0 monai==1.6.1; python loss_references.py > loss_references.json

Neither leaves out ignored pixels in all of its losses, so the others alone are given to them, as one row of pixels."""

import json

import torch
from monai.losses import DiceLoss, FocalLoss, TverskyLoss
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

SIZES = ((2, 4, 5), (2, 3, 2, 3))
CLASSES = (1, 3)
CLASS_WEIGHTS = {1: (0.5, 2.0), 3: (0.25, 1.0, 1.75)}
SMOOTHING = {"smooth_nr": 1e-5, "smooth_dr": 1e-5}


def rows(logits, target, weight):
    """The pixels that are not ignored: (1, C, M), (1, 1, M), (M)."""
    is_valid = target[:, 0] >= 0
    return logits.movedim(1, -1)[is_valid].T[None], target[:, 0][is_valid][None, None], weight[:, 0][is_valid]


def with_classes(classes):
    return {"sigmoid": True} if classes == 1 else {"softmax": True, "to_onehot_y": True}


def cross_entropies(logits, target, smoothing):
    if logits.shape[1] == 1:
        smoothed = target[0, 0].to(logits) * (1 - smoothing) + smoothing / 2
        return binary_cross_entropy_with_logits(logits[0, 0], smoothed, reduction="none")
    return cross_entropy(logits[0].T, target[0, 0], reduction="none", label_smoothing=smoothing)


def focal_losses(logits, target, exponent):
    is_sigmoid = logits.shape[1] == 1
    loss = FocalLoss(gamma=exponent, use_softmax=not is_sigmoid, to_onehot_y=not is_sigmoid, reduction="none")
    return loss(logits, target.double() if is_sigmoid else target)[0].sum(0)


def pixel_loss(parameters, logits, target, weight):
    logits, target, weight = rows(logits, target, weight)
    if "Focal" in parameters:
        losses = focal_losses(logits, target, parameters["FocalExponent"])
    else:
        losses = cross_entropies(logits, target, parameters.get("LabelSmoothing", 0.0))
    if "ClassWeights" in parameters:
        weight = weight * torch.tensor(parameters["ClassWeights"], dtype=weight.dtype)[target[0, 0]]
    return (losses * weight).mean()


def overlap_loss(parameters, logits, target, weight):
    classes = logits.shape[1]
    options = {"include_background": classes == 1 or parameters.get("DiceIncludesBackground", False), **SMOOTHING}
    if "Tversky" in parameters:
        loss = TverskyLoss(
            alpha=parameters["TverskyFalsePositives"],
            beta=parameters["TverskyFalseNegatives"],
            **with_classes(classes),
            **options,
        )
    else:
        loss = DiceLoss(**with_classes(classes), **options)
    if parameters.get("DiceReduction") == "image":
        images = [rows(*(tensor[i : i + 1] for tensor in (logits, target, weight))) for i in range(logits.shape[0])]
        return sum(loss(image[0], image[1]) for image in images) / len(images)
    logits, target, _ = rows(logits, target, weight)
    return loss(logits, target)


def both_losses(parameters, logits, target, weight):
    return parameters["CrossEntropy"] * pixel_loss({}, logits, target, weight) + parameters["Dice"] * overlap_loss(
        {}, logits, target, weight
    )


def losses(classes):
    weights = {"ClassWeights": CLASS_WEIGHTS[classes]}
    tversky = {"CrossEntropy": 0, "Tversky": 1, "TverskyFalsePositives": 0.2, "TverskyFalseNegatives": 0.9}
    return (
        ({"CrossEntropy": 1}, pixel_loss),
        ({"CrossEntropy": 1, **weights}, pixel_loss),
        ({"CrossEntropy": 1, "LabelSmoothing": 0.2}, pixel_loss),
        ({"CrossEntropy": 0, "Focal": 1, "FocalExponent": 2, **weights}, pixel_loss),
        ({"CrossEntropy": 0, "Focal": 1, "FocalExponent": 0.5}, pixel_loss),
        ({"CrossEntropy": 0, "Dice": 1}, overlap_loss),
        ({"CrossEntropy": 0, "Dice": 1, "DiceReduction": "image", "DiceIncludesBackground": True}, overlap_loss),
        (tversky, overlap_loss),
        ({**tversky, "DiceReduction": "image"}, overlap_loss),
        ({"CrossEntropy": 0.75, "Dice": 2}, both_losses),
    )


def rounded(tensor):
    return [float(f"{value:.9g}") for value in tensor.flatten().tolist()]


def case(size, classes, generator):
    shape = (size[0], classes, *size[1:])
    logits = (3 * torch.randn(shape, generator=generator, dtype=torch.double)).round(decimals=3)
    target = torch.randint(-1, max(classes, 2), (size[0], 1, *size[1:]), generator=generator)
    weight = (2 * torch.rand(target.shape, generator=generator, dtype=torch.double)).round(decimals=2)
    answers = []
    for parameters, function in losses(classes):
        variable = logits.clone().requires_grad_()
        value = function(parameters, variable, target, weight)
        value.backward()
        answers.append({"parameters": parameters, "value": value.item(), "gradient": rounded(variable.grad)})
    return {
        "shape": shape,
        "logits": rounded(logits),
        "target": target.flatten().tolist(),
        "weight": rounded(weight),
        "losses": answers,
    }


def main():
    generator = torch.Generator().manual_seed(5)
    cases = [case(size, classes, generator) for size in SIZES for classes in CLASSES]
    print("[" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases) + "]")


if __name__ == "__main__":
    main()
