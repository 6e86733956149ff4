"""Stitches two networks cell by cell as people write it: every batch goes forward and backward through both networks, whose weights have gradients.

Usage: cells.py TRAIN_IMAGES TEST_IMAGES EXAMPLES BATCH SENDER RECEIVER
Lines on standard input, with the sender's and the receiver's cut by number from 0: `vanilla I J` and `copy I J` train a stitch for one epoch, `compare I J`
measures accuracy and error of two stitches on train and test images; each prints its seconds. `peak` prints the most resident memory, in MiB.
"""
import sys

import torch
from torch.nn.functional import cross_entropy, mse_loss

import networks_of_stitchflow as stitchflow
import protocol
from stitches import Stitch, channels_last, optimizer


class Cells:
    def __init__(self, train, test, examples, batch, sender, receiver):
        images, labels = stitchflow.images(train)
        self.train = images[:examples], labels[:examples]
        self.test = stitchflow.images(test)
        self.batch = batch
        self.sender, self.receiver = stitchflow.network(sender), stitchflow.network(receiver)
        self.sender_blocks, self.receiver_blocks = stitchflow.blocks(self.sender), stitchflow.blocks(self.receiver)

    def prefix(self, blocks, x, cut):
        for block in blocks[: cut + 1]:
            x = block(x)
        return x

    def logits(self, y, cut):
        for block in self.receiver_blocks[cut + 1 :]:
            y = block(y)
        return stitchflow.head(self.receiver, y)

    def stitch(self, sender, receiver):
        with torch.no_grad():
            x = self.train[0][:1]
            return Stitch(self.prefix(self.sender_blocks, x, sender).shape[1:], self.prefix(self.receiver_blocks, x, receiver).shape[1:])

    def epoch(self, sender, receiver, loss):
        stitch = self.stitch(sender, receiver)
        descent = optimizer(stitch)
        images, labels = self.train
        for rows in torch.randperm(len(images)).split(self.batch):
            x = channels_last(images[rows])
            for module in (self.sender, self.receiver, stitch):
                module.zero_grad(set_to_none=True)
            loss(stitch(self.prefix(self.sender_blocks, x, sender)), x, labels[rows]).backward()
            descent.step()

    def vanilla(self, sender, receiver):
        self.epoch(sender, receiver, lambda y, x, labels: cross_entropy(self.logits(y, receiver), labels))

    def copy(self, sender, receiver):
        self.epoch(sender, receiver, lambda y, x, labels: mse_loss(y, self.prefix(self.receiver_blocks, x, receiver)))

    def compare(self, sender, receiver):
        for stitch in (self.stitch(sender, receiver), self.stitch(sender, receiver)):
            for images, labels in (self.train, self.test):
                right, error = 0, 0.0
                for x, expected in zip(images.split(self.batch), labels.split(self.batch)):
                    with torch.no_grad():
                        y = stitch(self.prefix(self.sender_blocks, channels_last(x), sender))
                        right += (self.logits(y, receiver).argmax(1) == expected).sum().item()
                        error += mse_loss(y, self.prefix(self.receiver_blocks, channels_last(x), receiver)).item()

    @staticmethod
    def peak():
        """MiB. The maximum that getrusage tells includes that of the program which started this one."""
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


if __name__ == "__main__":
    _, train, test, examples, batch, sender, receiver = sys.argv
    cells = Cells(train, test, int(examples), int(batch), sender, receiver)
    requests = {
        name: lambda i, j, work=work: protocol.timed(work, i, j)
        for name, work in (("vanilla", cells.vanilla), ("copy", cells.copy), ("compare", cells.compare))
    }
    protocol.serve({**requests, "peak": cells.peak})
