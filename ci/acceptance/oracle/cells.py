"""One cell on one split, and the columns that do not choose among several stitches."""
import functools
import math

import numpy
import torch

import examples
import outputs
import stitches
from moments import NEGLIGIBLE, Moments, block_means, channels_last, cka, corresponding, cosine
from moments import deviation_squares, mahalanobis, procrustes


class Receiver:
    """A receiver's own representation at a cut on one split, and what follows from it alone."""

    def __init__(self, network, cut, y, labels):
        self.network, self.cut, self.y, self.labels = network, cut, y, labels
        self.deviation = deviation_squares(y)
        self.variance = self.deviation / y.size
        self.moments = Moments(y)
        self.predictions, self.later = self.predict(y)

    def predict(self, z):
        """Predictions if z replaces Y, and the representations at later cuts by name."""
        with torch.no_grad():
            logits, later = self.network.after(self.cut, torch.from_numpy(z))
        later = {cut: each.numpy() for cut, each in later.items()}
        return outputs.Predictions(logits.numpy(), self.labels), later

    @functools.cached_property
    def sensitivity(self):
        classes = self.predictions.logits.shape[1]
        return outputs.sensitivity(self.network, self.cut, self.y, classes)

    @functools.cached_property
    def measured(self):
        return examples.Measured(self.y, self.labels, stored=True)

    @functools.cached_property
    def familiar(self):
        return examples.Familiar(self.y)

    @functools.cached_property
    def spread(self):
        """Each example's part of the sum of squares about the channels' means."""
        axes = (0, 2, 3) if self.y.ndim == 4 else (0,)
        centred = self.y - self.y.mean(axes, keepdims=True)
        return (centred**2).reshape(len(self.y), -1).sum(1)


class Half:
    """One cell on one split, as far as several metrics share it."""

    def __init__(self, receiver, x, vanilla, copy):
        self.receiver, self.x, self.y, self.labels = receiver, x, receiver.y, receiver.labels
        self.own = receiver.predictions
        self.v, self.c = self.apply(vanilla), self.apply(copy)
        self.vanilla, self.vanilla_later = receiver.predict(self.v)
        self.copy, self.copy_later = receiver.predict(self.c)

    def apply(self, arrays):
        return stitches.apply(self.x, arrays, self.y.shape[1:])

    def mse(self, z):
        return float(((z - self.y) ** 2).sum() / self.y.size)

    def r2(self, z):
        return 1 - self.mse(z) / self.receiver.variance if self.receiver.variance else None


def ceiling(half, family):
    if family != "upsampled" or half.receiver.deviation == 0:
        return 1.0
    ratio = half.y.shape[2] // half.x.shape[2]
    vectors = channels_last(half.y)
    means = float(len(vectors) * (vectors.mean(0) ** 2).sum())
    blocks = float(ratio * ratio * (block_means(half.y, ratio) ** 2).sum())
    return (blocks - means) / half.receiver.deviation


def basic(half, family):
    """All columns that every split has and that need nothing of the sender's network."""
    v, c, y = half.v, half.c, half.y
    result = {"examples": len(half.labels), "variance": half.receiver.variance}
    result["receiver_accuracy"] = half.own.accuracy
    result["receiver_cross_entropy"] = half.own.cross_entropy
    for name, z, predictions, later in (
        ("vanilla", v, half.vanilla, half.vanilla_later),
        ("copy", c, half.copy, half.copy_later),
    ):
        result[name + "_accuracy"] = predictions.accuracy
        result[name + "_cross_entropy"] = predictions.cross_entropy
        result[name + "_penalty"] = half.own.accuracy - predictions.accuracy
        result["r2_" + name] = half.r2(z)
        result[name + "_cosine"] = cosine(z, y)
        moments = Moments(z)
        result[name + "_cka"] = cka(moments, half.receiver.moments)
        result[name + "_procrustes"] = procrustes(moments, half.receiver.moments)
        result[name + "_mahalanobis"] = mahalanobis(moments, half.receiver.moments)
        js, kl = outputs.divergence(half.own, predictions)
        result[name + "_js_divergence"], result[name + "_kl_divergence"] = js, kl
        result[name + "_later_r2"] = drift(later, half.receiver.later)

    result["ev"], result["es"] = half.mse(v), half.mse(c)
    result["sv"] = float(((v - c) ** 2).sum() / y.size)
    result["r2_ceiling"] = ceiling(half, family)
    square = float((c**2).sum())
    result["stitch_distance"] = math.sqrt(result["sv"] * y.size / square) if square else None
    result["sender_cka"] = result["sender_procrustes"] = None
    pair = corresponding(half.x, y)
    if pair:
        a, b = Moments(pair[0]), Moments(pair[1])
        result["sender_cka"], result["sender_procrustes"] = cka(a, b), procrustes(a, b)
    return result


def drift(later, expected):
    series = {}
    for cut, z in later.items():
        squares = deviation_squares(expected[cut])
        if squares:
            series[cut] = 1 - float(((z - expected[cut]) ** 2).sum()) / squares
    return series


def agreement(half, sender, receiver):
    """Arguments are the classes that the whole networks predict; None of a sender without a network."""
    row = {"vanilla_agrees_with_copy": (half.vanilla.classes == half.copy.classes).mean()}
    for name, predictions in (("vanilla", half.vanilla), ("copy", half.copy)):
        for other, classes in (("sender", sender), ("receiver", receiver)):
            share = None if classes is None else (predictions.classes == classes).mean()
            row["%s_agrees_with_%s" % (name, other)] = share
    return row


def class_accuracy(half):
    """By class; a prediction between two classes with nearly the same logit may be either."""
    row, slack = {}, {}
    for name, predictions in ("vanilla", half.vanilla), ("copy", half.copy), ("receiver", half.own):
        members = {label: half.labels == label for label in numpy.unique(half.labels)}
        column = name + "_class_accuracy"
        row[column] = {str(label): predictions.right[of].mean() for label, of in members.items()}
        slack[column] = 1e-12 + max(predictions.close[of].mean() for of in members.values())
    return row, slack


def example_similarity(half):
    """The columns, and how far float32 may take them."""
    row, slack = {}, {}
    for side, z in (("sender", half.x), ("vanilla", half.v), ("copy", half.c)):
        measured = examples.Measured(z, half.labels, stored=side == "sender")
        for result, numbers in zip((row, slack), examples.similarity(measured, half.receiver.measured)):
            result.update({side + "_" + name: number for name, number in numbers.items()})
    return row, slack


def fisher(half):
    m, moments, row = half.receiver.sensitivity, half.receiver.moments, {}
    weighted = numpy.trace(m @ moments.covariance)
    varies = moments.varies and weighted > NEGLIGIBLE * numpy.trace(m) * moments.trace / len(m)
    for name, z in (("vanilla", half.v), ("copy", half.c)):
        errors = channels_last(z - half.y)
        error = numpy.trace(m @ errors.T @ errors) / len(errors)
        row[name + "_fisher_r2"] = 1 - error / weighted if varies else None
    return row


def out_of_distribution(half, train):
    """As of example_similarity; `train` is the Receiver of the train split."""
    row, slack = {}, {}
    for name, z in (("vanilla", half.v), ("copy", half.c)):
        column = name + "_ood_auroc"
        row[column], slack[column] = train.familiar.auroc(z, half.y)
    return row, slack


def interpolation(half):
    accuracy, entropy = {}, {}
    for t in (0.0, 0.25, 0.5, 0.75, 1.0):
        predictions, _ = half.receiver.predict((1 - t) * half.v + t * half.c)
        accuracy[str(t)], entropy[str(t)] = predictions.accuracy, predictions.cross_entropy
    return {"interpolated_accuracy": accuracy, "interpolated_cross_entropy": entropy}


def control(half, name, z):
    predictions, _ = half.receiver.predict(z)
    return {
        name + "_accuracy": predictions.accuracy,
        name + "_cross_entropy": predictions.cross_entropy,
        name + "_mse": half.mse(z),
    }


def two_seeds(half, stitch):
    """What the vanilla stitches of two seeds share; `stitch` is that of the seed before, or None."""
    row = {"seed_noise": None, "seed_bias": None, "r2_bias": None}
    if stitch is None:
        return row
    other = half.apply(stitch)
    row["seed_noise"] = float(((half.v - other) ** 2).sum() / half.y.size / 2)
    row["seed_bias"] = float(((half.v - half.y) * (other - half.y)).sum() / half.y.size)
    if half.receiver.variance:
        row["r2_bias"] = 1 - row["seed_bias"] / half.receiver.variance
    return row
