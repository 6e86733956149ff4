"""Fits copy stitches by SGD until the error on the train examples is within 1 % of the least-squares error.

Usage: copies.py IMAGES BATCH SENDER RECEIVER REPRESENTATION..., the sender's representations at all cuts, then the receiver's.
Lines on standard input, with the sender's and the receiver's cut by number from 0: `search I J SECONDS` prints the epochs that the best of three learning rates takes,
each tried for so many seconds; `from_images I J` and `from_representations I J` print the seconds of one epoch that starts from images, or from representations in memory.
"""
import sys

import torch
from torch.nn.functional import interpolate, mse_loss, unfold

import networks_of_stitchflow as stitchflow
import protocol
from stitches import Stitch, channels_last, optimizer

RATES = (0.3, 0.1, 0.03)
EXCESS = 1.01


class Copies:
    def __init__(self, images, batch, sender, receiver, files):
        half = len(files) // 2
        self.sent = [stitchflow.representation(file) for file in files[:half]]
        self.expected = [stitchflow.representation(file) for file in files[half:]]
        self.images = stitchflow.images(images)[0][: len(self.sent[0])]
        self.batch = batch
        self.blocks = [stitchflow.blocks(stitchflow.network(file).requires_grad_(False)) for file in (sender, receiver)]

    def stitch(self, i, j):
        torch.manual_seed(1)
        return Stitch(self.sent[i].shape[1:], self.expected[j].shape[1:])

    def least_error(self, i, j):
        """Of the best affine map, from float64 moments."""
        x, y = self.sent[i].double(), self.expected[j].double()
        stitch = self.stitch(i, j)
        if stitch.scale > 1:
            x = interpolate(x, scale_factor=stitch.scale)
        size = stitch.conv.kernel_size[0]
        a = unfold(x, size, stride=size).transpose(1, 2).flatten(0, 1)
        a = torch.cat([a, torch.ones(len(a), 1, dtype=a.dtype)], 1)
        b = y.flatten(2).transpose(1, 2).flatten(0, 1)
        gram = a.T @ a
        w = torch.linalg.pinv(gram, hermitian=True) @ (a.T @ b)
        return mse_loss(a @ w, b).item()

    def error(self, stitch, i, j):
        with torch.no_grad():
            return sum(mse_loss(stitch(x), y, reduction="sum").item() for x, y in zip(self.sent[i].split(64), self.expected[j].split(64))) / self.expected[j].numel()

    def search(self, i, j, seconds):
        """Epochs until the error is small enough; of the rates that do not arrive in time, the epochs they ran, which is a lower bound."""
        enough = EXCESS * self.least_error(i, j)
        arrived, ran = [], []
        for rate in RATES:
            stitch = self.stitch(i, j)
            descent = optimizer(stitch, rate)
            epochs, used = 0, 0.0
            error = self.error(stitch, i, j)
            while used < seconds and error > enough and error < float("inf"):
                used += protocol.timed(self.epoch, stitch, descent, i, j)
                epochs += 1
                error = self.error(stitch, i, j)
            if error <= enough:
                arrived.append(epochs)
            elif error < float("inf"):
                ran.append(epochs)
        return min(arrived) if arrived else max(ran)

    def epoch(self, stitch, descent, i, j, images=None):
        for rows in torch.randperm(len(self.sent[i])).split(self.batch):
            if images is None:
                x, y = channels_last(self.sent[i][rows]), channels_last(self.expected[j][rows])
            else:
                with torch.no_grad():
                    x, y = self.prefix(0, images[rows], i), self.prefix(1, images[rows], j)
            descent.zero_grad(set_to_none=True)
            mse_loss(stitch(x), y).backward()
            descent.step()

    def prefix(self, network, images, cut):
        y = channels_last(images)
        for block in self.blocks[network][: cut + 1]:
            y = block(y)
        return y

    def one_epoch(self, i, j, images):
        stitch = self.stitch(i, j)
        return protocol.timed(self.epoch, stitch, optimizer(stitch), i, j, images)


if __name__ == "__main__":
    _, images, batch, sender, receiver, *files = sys.argv
    copies = Copies(images, int(batch), sender, receiver, files)
    protocol.serve(
        {
            "search": copies.search,
            "from_images": lambda i, j: copies.one_epoch(i, j, copies.images),
            "from_representations": lambda i, j: copies.one_epoch(i, j, None),
        }
    )
