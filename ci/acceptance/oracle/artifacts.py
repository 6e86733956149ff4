"""Artifacts of a run as arrays, each read or computed once."""
import functools
import hashlib

import numpy
import torch

import arrow_file
import maps
import networks
import outputs
import safetensors_file
from cells import Receiver

MEAN = numpy.array([0.4914, 0.4822, 0.4465]).reshape(3, 1, 1)
DEVIATION = numpy.array([0.2470, 0.2435, 0.2616]).reshape(3, 1, 1)

# Ties of the assignment are within this; then every best permutation is tried
SLACK = 1e-5
PERMUTATIONS = 200


def selected(split, count):
    """Rows of the examples of a split, among all of its representation."""
    rows = numpy.arange(count)
    if split == "test":
        return rows
    return rows[rows % 5 == 4] if split == "validation" else rows[rows % 5 != 4]


def source(split):
    return "test" if split == "test" else "train"


class Artifacts:
    """Of a store, and of the files that the experiment imports, by SHA-256."""

    def __init__(self, store, imports):
        self.store, self.imports = store, {}
        for path in imports:
            with open(path, "rb") as file:
                self.imports[hashlib.sha256(file.read()).hexdigest()] = path

    @functools.lru_cache(maxsize=None)
    def representation(self, digest):
        rows, labels = arrow_file.read(self.store.blob(digest))
        return rows.astype("f8"), labels

    @functools.lru_cache(maxsize=None)
    def stitch(self, digest):
        arrays, metadata = safetensors_file.read(self.store.blob(digest))
        weight, bias = (arrays[name].numpy().astype("f8") for name in ("weight", "bias"))
        return metadata["family"], weight, bias

    @functools.lru_cache(maxsize=None)
    def network(self, digest):
        return networks.load(*safetensors_file.read(self.store.blob(digest))).double()

    @functools.lru_cache(maxsize=None)
    def images(self, digest):
        pixels, labels = arrow_file.read(self.store.blob(digest))
        return torch.from_numpy((pixels / 255 - MEAN) / DEVIATION), labels

    def origin(self, digest):
        """What a baseline is made of: images or train examples of a representation."""
        rows, labels = arrow_file.read(self.store.blob(digest))
        if rows.dtype == numpy.uint8:
            images, labels = self.images(digest)
            return images.numpy(), labels
        return rows.astype("f8"), labels

    @functools.lru_cache(maxsize=None)
    def forward(self, network, images):
        """Logits, representations by cut, and labels."""
        pixels, labels = self.images(images)
        with torch.no_grad():
            logits, cuts = self.network(network)(pixels)
        return logits.numpy(), {cut: map.numpy() for cut, map in cuts.items()}, labels

    @functools.lru_cache(maxsize=None)
    def predictions(self, digest, split):
        """What the network whose stage wrote these predictions predicts, by our own forward pass."""
        action, results = next(self.store.actions("predictions", digest))
        logits, _, labels = self.forward(results["network"], action.inputs[source(split)])
        return outputs.Predictions(logits, labels)

    @functools.lru_cache(maxsize=None)
    def receiver(self, network, cut, representation, split):
        y, labels = self.representation(representation)
        rows = selected(split, len(y))
        return Receiver(self.network(network), cut, y[rows], labels[rows])

    @functools.lru_cache(maxsize=None)
    def permutations(self, sender, receiver, score):
        """The best ones for these representations of the train split."""
        x, _ = self.representation(sender)
        y, _ = self.representation(receiver)
        if x.shape[1:] != y.shape[1:]:
            return []
        rows = selected("train", len(y))
        scores = score(x[rows], y[rows])
        return maps.best_permutations(scores, SLACK * abs(scores).max(), PERMUTATIONS)
