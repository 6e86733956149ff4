"""What crosses a cut: a network's representation by our own forward pass, a baseline by pipeline/docs/baselines.md."""
import math
import struct

import arrow_file
import numpy
import safetensors_file
from store_files import fields, text, values

# Fields of Action
COLLECTED, IMPORTED, MADE = 12, 24, 25

# Fields of RepresentationCut
PIXELS, CLASS_MEANS, NOISE, LABELS, SHUFFLED = 3, 4, 5, 6, 7

STANDARD_ERRORS = 5


def difference(theirs, ours):
    """The largest one, over the largest number."""
    assert theirs.shape == ours.shape, (theirs.shape, ours.shape)
    return float(abs(theirs - ours).max() / abs(ours).max())


def error(artifacts, digest):
    """Largest difference to our own, over the largest number; infinite where random numbers have a wrong distribution."""
    rows, labels = artifacts.representation(digest)
    action, _ = next(artifacts.store.actions("representation", digest))
    images, all_labels = artifacts.images(action.inputs["dataset"])
    n = len(rows)
    assert (labels == all_labels[:n]).all(), digest
    if COLLECTED in action.parameters:
        cut = text(action.parameters[COLLECTED], 1)
        _, cuts, _ = artifacts.forward(action.inputs["network"], action.inputs["dataset"])
        return difference(rows, cuts[cut][:n])
    if IMPORTED in action.parameters:
        name = text(action.parameters[IMPORTED], 1)
        return difference(rows, imported(artifacts.imports[action.inputs["file"]], name)[:n])
    made = dict(fields(values(action.parameters[MADE], 1)[0]))
    if PIXELS in made:
        return difference(rows, images.numpy()[:n])
    if LABELS in made:
        return difference(rows[:, :, 0, 0], numpy.eye(rows.shape[1])[labels])
    if NOISE in made:
        return normal(rows, 0, 1)
    of, of_labels = images.numpy(), all_labels
    if "of" in action.inputs:
        of, of_labels = artifacts.origin(action.inputs["of"])
    if SHUFFLED in made:
        return shuffled(rows, of[:n])
    return class_means(rows, labels, of, of_labels, made[CLASS_MEANS])


def imported(path, name):
    """The array as a representation: tokens are a map [features, tokens, 1]."""
    with open(path, "rb") as file:
        arrow = file.read(6) == b"ARROW1"
    if arrow:
        return arrow_file.read(path)[0].astype("f8")
    array = safetensors_file.read(path)[0][name].numpy().astype("f8")
    return array.transpose(0, 2, 1)[..., None] if array.ndim == 3 else array


def normal(rows, mean, deviation):
    """0 if the numbers may be normal with this mean and deviation, and independent; else infinity."""
    z = ((rows - mean) / deviation).ravel()
    off = [z.mean(), ((z**2).mean() - 1) / math.sqrt(2), (z[1:] * z[:-1]).mean()]
    return 0.0 if max(map(abs, off)) * math.sqrt(len(z)) <= STANDARD_ERRORS else math.inf


def shuffled(rows, of):
    """0 if the rows are those of `of` in another order; else infinity."""
    a, b = (sorted(each.tobytes() for each in rows_of) for rows_of in (rows, of))
    return 0.0 if a == b and not (rows == of).all() else math.inf


def class_means(rows, labels, of, of_labels, message):
    (sigma,) = struct.unpack("<d", values(message, 2)[0])
    means = numpy.stack([of[of_labels == label].mean(0) for label in range(max(labels) + 1)])
    if sigma == 0:
        return difference(rows, means[labels])
    within = (of - means[of_labels]) ** 2
    deviation = numpy.sqrt(within.mean((0, 2, 3) if of.ndim == 4 else 0, keepdims=True)[0])
    return normal(rows, means[labels], sigma * deviation)
